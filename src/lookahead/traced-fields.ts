import { getNamedType, type GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError } from '../errors.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { selectionTreeBelow } from './selection-tree.ts';
import { prefetch } from './prefetch.ts';
import { responseKey } from '../executor/collect-fields.ts';
import { selectedAmong, selectedBelow } from './selections.ts';

/** Trace of a field that loads something by itself; the field may wait from now on. Null when nothing is traced. */
export function fieldTrace(info: GraphQLResolveInfo, { trace }: GatewayContext): FieldTrace | null {
  return trace && trace.field(positionOf(info));
}

/** Ends the trace of a field once `loading` is settled, and notes its failure. */
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

/** Like `endWith`, for a single object, whose fields are traced as well. */
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
 * Loads what the fields of a single object are about to ask for, when the request is traced. Both ask in the same tick and
 * share one load, but only this one knows the positions of the fields that wait.
 */
export function loadTraced(object: object | null, info: GraphQLResolveInfo, context: GatewayContext): void {
  if (object === null || context.trace === null) return;
  const node = selectionTreeBelow(info, getNamedType(info.returnType).name, [[]]);
  // The usage report counts the references of lists only.
  if (node !== null) void prefetch(node, [object], { ...context, report: null }, positionOf(info));
}

/** Position of a connection's rows in the query; null when nothing is traced. */
export function rowsPosition(info: GraphQLResolveInfo, { trace }: GatewayContext): string | null {
  if (trace === null) return null;
  const rows = selectedAmong(['nodes'], info).length > 0 ? 'nodes' : 'edges.node';
  return `${positionOf(info)}.${rows}`;
}

/** Position of a field in the query, by the schema's names, because clients can choose any alias. */
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
