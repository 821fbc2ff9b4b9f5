import type { GatewayContext } from '../context.ts';
import { PlainReference, type Reference } from '../datasources/wire/reference.ts';
import { EntityRecord, orNull } from '../datasources/wire/wire-record.ts';
import { UnknownValueError } from '../errors.ts';
import type { EntityPrefetcher } from './entity-fields.ts';
import type { LookaheadNode, LookaheadEdge } from './selection-tree.ts';
import { propertyOf } from './property-of.ts';
import type { UsageReport } from '../upstream/usage.ts';

/**
 * Loads what the fields of these objects, and of the objects below them, will need: all requirements of a node together,
 * those below an edge once the edge's own load is over. Fields then find their entities without a promise each, of which
 * there would be thousands. Undefined when there is nothing to wait for. Never rejects: what failed is thrown again by the
 * field that needs it.
 *
 * @param position Position of the objects in the query; null when nothing is traced.
 */
export function prefetch(
  node: LookaheadNode,
  objects: readonly object[],
  context: GatewayContext,
  position: string | null,
): Promise<unknown> | undefined {
  const loads = loadsOf(node, objects, context, position);
  const all = [...loads.values()];
  for (const edge of node.edges) {
    // The usage report also counts references that need no load.
    if (!edge.isWanted && context.report === null) continue;
    if (edge.isPersonal && context.caller?.maySeePersonalData === false) continue;
    const loadBelow = () =>
      prefetch(
        edge.node,
        objectsBelow(edge, objects, context),
        context,
        position && `${position}.${edge.field}`,
      );
    const itsOwn = edge.prefetch === null ? undefined : loads.get(edge.prefetch);
    const below = itsOwn === undefined ? loadBelow() : itsOwn.then(loadBelow, loadBelow);
    if (below !== undefined) all.push(below);
  }
  return all.length > 0 ? Promise.allSettled(all) : undefined;
}

function loadsOf(
  node: LookaheadNode,
  objects: readonly object[],
  context: GatewayContext,
  position: string | null,
): ReadonlyMap<EntityPrefetcher, Promise<unknown>> {
  const loads = new Map<EntityPrefetcher, Promise<unknown>>();
  const { sources, report, trace } = context;
  if (node.requirements.length === 0 && report === null) return loads;
  const references = objects.every(isReference) ? objects : objects.filter(isReference);
  if (report !== null && node.isEntity) noteReferences(node, references, report);
  for (const { prefetch: prepare, expand, unlessNamed, field: name } of node.requirements) {
    const needy = unlessNamed ? references.filter(isNameless) : references;
    const field =
      trace === null || position === null
        ? null
        : trace.field(name === null ? position : `${position}.${name}`);
    const load = prepare(needy, sources, expand, field);
    if (load === undefined) continue;
    loads.set(prepare, load);
    if (field !== null) {
      const end = () => field.end();
      load.then(end, end);
    }
  }
  return loads;
}

function objectsBelow(
  { field, getOrLoad: find }: LookaheadEdge,
  objects: readonly object[],
  { sources }: GatewayContext,
): object[] {
  const below: object[] = [];
  for (const object of objects) {
    try {
      const holder = find === null ? object : isReference(object) ? find(object, sources) : null;
      if (holder === null || holder instanceof Promise) continue;
      const value = propertyOf(holder, field);
      if (Array.isArray(value)) for (const each of value) addObject(each, below);
      else addObject(value, below);
    } catch (error) {
      // The field that needs the object throws the same error.
      if (!(error instanceof UnknownValueError)) throw error;
    }
  }
  return below;
}

function addObject(value: unknown, objects: object[]): void {
  if (typeof value === 'object' && value !== null) objects.push(value);
}

function noteReferences(
  { type, requirements }: LookaheadNode,
  references: readonly Reference[],
  report: UsageReport,
): void {
  for (const reference of references) {
    if (reference instanceof EntityRecord) continue;
    const isSufficient = requirements.every(
      ({ unlessNamed, isBeside }) => isBeside || (unlessNamed && reference.ownName !== null),
    );
    report.referred(type, reference.id, isSufficient);
  }
}

function isNameless(reference: Reference): boolean {
  return orNull(() => reference.ownName) === null;
}

function isReference(object: object): object is Reference {
  if (!('id' in object && 'ownName' in object)) return false;
  if (object instanceof PlainReference) return true;
  return orNull(() => typeof object.id === 'string') ?? false;
}
