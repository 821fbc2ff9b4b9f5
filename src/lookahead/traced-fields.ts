import { getNamedType, type GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError } from '../errors.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { selectionTreeBelow } from './selection-tree.ts';
import { prefetch } from './prefetch.ts';
import { responseKey } from '../executor/collect-fields.ts';
import { selectedAmong, selectedBelow } from './selections.ts';

/** The trace of a field that loads something by itself, and from now on may have to wait for it. Null where nobody traces it. */
export function fieldTrace(info: GraphQLResolveInfo, { trace }: GatewayContext): FieldTrace | null {
  return trace && trace.field(positionOf(info));
}

/** Tells the trace of a field when that has what it waited for, or cannot have it. */
export function endWith<Value>(field: FieldTrace | null, loading: Promise<Value>): Promise<Value> {
  if (field === null) return loading;
  loading.then(
    () => field.end(),
    (error: unknown) => {
      if (error instanceof UnknownValueError) field.failed(error.reason.failure);
      field.end();
    },
  );
  return loading;
}

/** The same for a single object. */
export function endWithObject<Value extends object>(
  field: FieldTrace | null,
  loading: Promise<Value | null>,
  info: GraphQLResolveInfo,
  context: GatewayContext,
): Promise<Value | null> {
  if (field === null) return loading;
  return endWith(field, loading).then((value) => {
    loadTraced(value, info, context);
    return value;
  });
}

/**
 * In a request that is traced, loads what the fields of a single object are going to ask for: in the moment in which they do, so
 * that it is the same load, but known by the places of those who wait.
 */
export function loadTraced(object: object | null, info: GraphQLResolveInfo, context: GatewayContext): void {
  if (object === null || context.trace === null) return;
  const node = selectionTreeBelow(info, getNamedType(info.returnType).name, [[]]);
  // The report tells of lists what requirement not be loaded, and of nothing else.
  if (node !== null) void prefetch(node, [object], { ...context, report: null }, positionOf(info));
}

/** Where the rows of a connection stand; null where nobody traces what their fields wait for. */
export function rowsPosition(info: GraphQLResolveInfo, { trace }: GatewayContext): string | null {
  if (trace === null) return null;
  const rows = selectedAmong(['nodes'], info).length > 0 ? 'nodes' : 'edges.node';
  return `${positionOf(info)}.${rows}`;
}

/** Where a field stands in the query, by the schema's names: what clients call it instead can be anything. */
function positionOf({ path, operation, fragments, variableValues }: GraphQLResolveInfo): string {
  const keys: string[] = [];
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') keys.unshift(at.key);
  }
  const names: string[] = [];
  let selectionSets = [operation.selectionSet];
  for (const key of keys) {
    const selected = selectedBelow(selectionSets, { fragments, variableValues });
    const nodes = selected.filter((node) => responseKey(node) === key);
    names.push(nodes[0]?.name.value ?? key);
    selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  }
  return names.join('.');
}
