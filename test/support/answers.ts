import { expect } from 'vitest';
import type { AlterFault, Fault } from '../../src/sandbox/fault.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { type AnsweredError, gatewayForTest, type GraphQLAnswer, type TestGateway } from './gateway.ts';
import { CAMPAIGN_ID } from './organisation.ts';

type TestGatewayOptions = NonNullable<Parameters<typeof gatewayForTest>[0]>;

/** Invalid values for an id. */
export const notIds = ['../users', '..', 'a/b', 'a b', '', 'x'.repeat(129), 5, true, {}, ['user-1']];

/** Query for these fields of all interactions of the campaign. */
export function screen(fields: string): string {
  return `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { nodes { ${fields} } } }`;
}

/** Query for details of all entities that interactions refer to. */
export const everyDetail = screen(`
  id
  campaign { id campaignStatus }
  agent { id name selfUri title email }
  contact { id data }
  queue { id memberCount }
  script { id startPageName }
  skills { id state }
`);

/** Calls of `everyDetail` per resource when nothing fails. */
export const callsOfEveryDetail = {
  campaignInteractions: 1,
  campaigns: 1,
  users: 1,
  queues: 1,
  skills: 1,
  contacts: 1,
  scripts: 3,
} as const;

/** Fault that answers every call for this resource with this body; undefined gives no body. */
export function answering(resource: ResourceName, body: unknown): AlterFault {
  return { kind: 'alter', resource, alter: () => body };
}

export interface ListGateway extends TestGateway {
  /** Queries these fields of all interactions. */
  readonly ask: (fields: string) => Promise<GraphQLAnswer>;
}

/** A gateway whose upstream has these rows, of any shape, as the campaign's interactions. */
export async function gatewayWithRows(
  rows: readonly unknown[],
  options: TestGatewayOptions = {},
): Promise<ListGateway> {
  return gatewayWithList({ interactingInteractions: rows }, options);
}

/** A gateway whose upstream has this body as the campaign's interactions. */
export async function gatewayWithList(body: unknown, options: TestGatewayOptions = {}): Promise<ListGateway> {
  const { faults = [] } = options;
  const gateway = await gatewayForTest({
    ...options,
    faults: [answering('campaignInteractions', body), ...faults],
  });
  return { ...gateway, ask: (fields) => gateway.query(screen(fields)) };
}

/** Fault that denies this resource once, for lack of these permissions. */
export function deniedOnce(resource: ResourceName, permissions: readonly string[]): Fault {
  return { kind: 'missingPermissions', resource, permissions, times: 1 };
}

/** Fault that answers 429 with headers by which the token's whole quota is used up; with a time to come again, or without. */
export function usedUp(resource: ResourceName | '*', retryAfterSeconds?: number, times?: number): Fault {
  return {
    kind: 'status',
    status: 429,
    body: {},
    resource,
    ...(times !== undefined && { times }),
    headers: {
      'inin-ratelimit-count': '301',
      'inin-ratelimit-allowed': '300',
      'inin-ratelimit-reset': '42',
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    },
  };
}

/** Nodes of an answer to a query made by `screen`. */
// oxlint-disable-next-line typescript/no-explicit-any -- each query has its own shape
export function nodesIn({ data }: GraphQLAnswer): any[] {
  return data.campaignInteractions.nodes;
}

/** The error of an answer that has exactly one. */
export function onlyError({ errors }: GraphQLAnswer): AnsweredError {
  expect(errors).toHaveLength(1);
  const [error] = errors ?? [];
  if (error === undefined) throw new TypeError('There is no error.');
  return error;
}

export type Row = Readonly<Record<string, unknown>>;

/** Fault that changes a resource's rows: all of them, or the one with this id. */
export function altered(resource: ResourceName, change: (row: Row) => Row, id?: string): AlterFault {
  const changed = (row: Row) => (id === undefined || row['id'] === id ? change(row) : row);
  return {
    kind: 'alter',
    resource,
    alter: (body) => {
      if (isRows(body)) return body.map(changed);
      if (isEnvelope(body)) return { ...body, entities: body.entities.map(changed) };
      return isRow(body) ? changed(body) : body;
    },
  };
}

function isRow(body: unknown): body is Row {
  return typeof body === 'object' && body !== null;
}

export function isRows(body: unknown): body is Row[] {
  return Array.isArray(body);
}

export function isEnvelope(body: unknown): body is Row & { entities: Row[] } {
  return isRow(body) && isRows(body['entities']);
}
