import { GraphQLError, isLeafType, isListType, type GraphQLLeafType } from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { isPromiseLike } from './settle.ts';
import { argumentsOf, fail, infoOf, type Request, type Site } from './state.ts';

/**
 * Completes whatever generated text has no shorter way for: promises, values of other types than expected, nulls and errors.
 * What it throws is for the caller to `fail` with; what it promises has been failed with already.
 *
 * @param source What the field was read of.
 */
export function complete(
  request: Request,
  site: Site,
  source: unknown,
  found: unknown,
  indices: readonly number[],
): unknown {
  let value = found;
  if (typeof value === 'function' && !site.isItem && site.field.resolve === null) {
    const args = argumentsOf(request, site);
    value = Reflect.apply(value, source, [args, request.context, infoOf(request, site, indices)]);
  }
  if (!isPromiseLike(value))
    return guard(request, site, completeValue(request, site, value, indices), indices);
  return Promise.resolve(value).then(
    (settled) => {
      try {
        return guard(request, site, completeValue(request, site, settled, indices), indices);
      } catch (error) {
        return fail(request, site, error, indices);
      }
    },
    (error: unknown) => fail(request, site, error, indices),
  );
}

/** Sees to it that a promised object or list that cannot be given fails where it stands. */
export function guard(request: Request, site: Site, completed: unknown, indices: readonly number[]): unknown {
  return completed instanceof Promise
    ? completed.then(undefined, (error: unknown) => fail(request, site, error, indices))
    : completed;
}

function completeValue(request: Request, site: Site, value: unknown, indices: readonly number[]): unknown {
  if (value instanceof Error) throw value;
  const completed =
    value === null || value === undefined ? null : completeNonNull(request, site, value, indices);
  if (completed === null && site.isNonNull) {
    const { parentType, definition } = site.field;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
  }
  return completed;
}

function completeNonNull(request: Request, site: Site, value: unknown, indices: readonly number[]): unknown {
  if (isLeafType(site.type)) return completeLeaf(site.type, value);
  if (isListType(site.type) && !isIterable(value)) {
    const { parentType, definition } = site.field;
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${parentType.name}.${definition.name}".`,
    );
  }
  return site.completion?.(request, value, ...indices);
}

function completeLeaf(type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized !== undefined && serialized !== null) return serialized;
  throw new Error(
    `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
  );
}

/** What can be a list. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  );
}
