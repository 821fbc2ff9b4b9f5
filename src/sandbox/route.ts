import { badRequest, missingPermissions, notFound } from './api-error.ts';
import type { Cut } from './listing.ts';
import type { Organisation } from './organisation.ts';
import { sameCase } from './same-case.ts';
import type { ResourceName } from './resource-names.ts';
import type { TokenOwner } from './tokens.ts';

export interface ApiCall {
  readonly organisation: Organisation;
  readonly path: string;
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  /** Parsed JSON, not checked yet; undefined without a body. */
  readonly body: unknown;
  readonly atMs: number;
  readonly owner: TokenOwner;
  /** Cut of listings that a fault asks for. */
  readonly cut: Cut | null;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Path with `{name}` for parameters. */
  readonly path: string;
  readonly resource: ResourceName;
  /** Permissions by the vendor's names. A token needs one of them; empty allows every token. */
  readonly permissions: readonly string[];
  /** The body of a 200. @throws {ApiError} for any other answer. */
  readonly handle: (call: ApiCall) => unknown;
}

/** @throws {ApiError} 403 when the token may not call the route. */
export function requirePermission({ permissions }: Route, owner: TokenOwner): void {
  if (permissions.length === 0 || owner.permissions === null) return;
  if (permissions.some((permission) => owner.permissions?.has(permission))) return;
  throw missingPermissions(permissions, permissions.length > 1);
}

/** @throws {TypeError} when the route has no such parameter. */
export function param({ params }: ApiCall, name: string): string {
  const value = params.get(name);
  if (value === undefined) throw new TypeError(`The route has no parameter ${name}`);
  return value;
}

/** The row with the id in the path. @throws {ApiError} 404 when there is none. */
export function byId<Row extends { readonly id?: string }>(
  rows: readonly Row[],
  call: ApiCall,
  what: string,
): Row {
  const id = sameCase(param(call, 'id'));
  const row = rows.find((candidate) => sameCase(candidate.id ?? '') === id);
  if (row === undefined) throw notFound(what);
  return row;
}

/** @throws {ApiError} 400 when the body is not an array of ids. */
export function bodyIds({ body }: ApiCall): ReadonlySet<string> {
  const ids = stringsIn(body);
  if (!Array.isArray(body) || ids.length !== body.length) {
    throw badRequest('The request body must be a JSON array of ids.');
  }
  return new Set(ids);
}

export function stringsIn(body: unknown): string[] {
  return Array.isArray(body) ? body.filter((item) => typeof item === 'string') : [];
}
