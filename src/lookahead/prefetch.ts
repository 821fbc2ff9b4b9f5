import type { GatewayContext } from '../context.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import { EntityRecord, orNull } from '../datasources/wire/wire-record.ts';
import { UnknownValueError } from '../errors.ts';
import type { EntityPreparer } from './entity-fields.ts';
import type { Level, Step } from './selection-tree.ts';
import { propertyOf } from './property-of.ts';
import type { UpstreamReport } from '../upstream/usage.ts';

/**
 * Loads what the fields of these objects, and of those that they lead to, are going to need: all that one level needs at
 * once, and below each field as soon as there is what that field needs. Fields find it there and need no promise each, of
 * which there would be thousands. Undefined where there is nothing to wait for. It never rejects: what fails here fails
 * again at the field that asks for it, which says so.
 *
 * @param position Where the objects stand in the query; null where nobody traces what their fields wait for.
 */
export function loadLevels(
  level: Level,
  objects: readonly object[],
  context: GatewayContext,
  position: string | null,
): Promise<unknown> | undefined {
  const loads = loadsOf(level, objects, context, position);
  const all = [...loads.values()];
  for (const step of level.steps) {
    // Who wants a report is told of what need not be loaded, too.
    if (!step.isWanted && context.report === null) continue;
    if (step.isPersonal && context.caller?.maySeePersonalData === false) continue;
    const loadBelow = () =>
      loadLevels(
        step.level,
        objectsAt(step, objects, context),
        context,
        position && `${position}.${step.field}`,
      );
    const itsOwn = step.prepare === null ? undefined : loads.get(step.prepare);
    const below = itsOwn === undefined ? loadBelow() : itsOwn.then(loadBelow, loadBelow);
    if (below !== undefined) all.push(below);
  }
  return all.length > 0 ? Promise.allSettled(all) : undefined;
}

function loadsOf(
  level: Level,
  objects: readonly object[],
  context: GatewayContext,
  position: string | null,
): ReadonlyMap<EntityPreparer, Promise<unknown>> {
  const loads = new Map<EntityPreparer, Promise<unknown>>();
  const { sources, report, trace } = context;
  if (level.needs.length === 0 && report === null) return loads;
  const references = objects.every(isReference) ? objects : objects.filter(isReference);
  if (report !== null && level.isEntity) noteReferences(level, references, report);
  for (const { prepare, parts, unlessNamed, field: name } of level.needs) {
    const needy = unlessNamed ? references.filter(isNameless) : references;
    const field =
      trace === null || position === null
        ? null
        : trace.field(name === null ? position : `${position}.${name}`);
    const load = prepare(needy, sources, parts, field);
    if (load === undefined) continue;
    loads.set(prepare, load);
    if (field !== null) {
      const end = () => field.end();
      load.then(end, end);
    }
  }
  return loads;
}

function objectsAt({ field, find }: Step, objects: readonly object[], { sources }: GatewayContext): object[] {
  const below: object[] = [];
  for (const object of objects) {
    try {
      const holder = find === null ? object : isReference(object) ? find(object, sources) : null;
      if (holder === null || holder instanceof Promise) continue;
      const value = propertyOf(holder, field);
      if (Array.isArray(value)) for (const each of value) addObject(each, below);
      else addObject(value, below);
    } catch (error) {
      // Whoever asks for it is told why it cannot be known.
      if (!(error instanceof UnknownValueError)) throw error;
    }
  }
  return below;
}

function addObject(value: unknown, objects: object[]): void {
  if (typeof value === 'object' && value !== null) objects.push(value);
}

function noteReferences(
  { type, needs }: Level,
  references: readonly Reference[],
  report: UpstreamReport,
): void {
  for (const reference of references) {
    if (reference instanceof EntityRecord) continue;
    const isSufficient = needs.every(
      ({ unlessNamed, isBeside }) => isBeside || (unlessNamed && reference.ownName !== null),
    );
    report.referred(type, reference.id, isSufficient);
  }
}

function isNameless(reference: Reference): boolean {
  return orNull(() => reference.ownName) === null;
}

function isReference(object: object): object is Reference {
  return 'id' in object && typeof object.id === 'string' && 'ownName' in object;
}
