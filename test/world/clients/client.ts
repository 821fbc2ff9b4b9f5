import type { GraphQLAnswer } from '../../support/gateway.ts';

/** What each client is tried with: columns of the matrix in docs/clients.md, with a sentence that the tests show. */
export const columns = [
  ['query', 'gets the data of a query'],
  ['variables', 'sends variables'],
  ['error by code', 'tells an error by its code, and keeps the data beside it'],
  ['APQ', 'falls back at once where its persisted query is not known'],
  ['GET', 'is answered when it asks by GET'],
  ['pages', 'pages to the end, of a campaign too, each row once'],
  ['cache identity', 'keeps two contacts of one id apart in its cache'],
  ['file upload', 'is told in words that files are not taken'],
] as const;

export type Column = (typeof columns)[number][0];

/** Data of any shape: each query has its own. */
export type Data = GraphQLAnswer['data'];

/** Test of a cell, or the reason why there is none. */
export type Cell = (() => Promise<void>) | string;

export interface Client {
  /** Name in the first column of the matrix. */
  readonly name: string;
  readonly cells: Readonly<Record<Column, Cell>>;
  /** What else is worth a test, by sentences. */
  readonly more?: Readonly<Record<string, () => Promise<void>>>;
}
