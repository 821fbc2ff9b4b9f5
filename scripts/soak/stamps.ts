import { hash } from 'node:crypto';
import type { AlterFault } from '../../src/sandbox/fault.ts';

const STAMP = /\[soak ([\da-f]{16})\]/g;

/** Free text of the vendor's models, which the gateway passes on as it is. In `message` only errors have some. */
const TEXTS = new Set([
  'name',
  'description',
  'email',
  'department',
  'title',
  'username',
  'callerName',
  'startPageName',
  'notes',
  'message',
]);

/** What everything that the upstream gives to this token is marked with. It does not tell the token. */
export function stampOf(token: string): string {
  return hash('sha256', token).slice(0, 16);
}

/** Every stamp in a text, wherever it stands. */
export function stampsIn(text: string): string[] {
  return [...text.matchAll(STAMP)].map(([, stamp = '']) => stamp);
}

/** Has the sandbox mark what it gives with the token that it was asked with, errors of the API included. */
export function stampingFault(): AlterFault {
  return {
    kind: 'alter',
    resource: 'api',
    alter: (body, { token }) => (token === null ? body : stamped(body, `[soak ${stampOf(token)}]`)),
  };
}

function stamped(value: unknown, mark: string, isText = false): unknown {
  if (typeof value === 'string') return isText ? `${value} ${mark}` : value;
  if (Array.isArray(value)) return value.map((each) => stamped(each, mark));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      // The columns of a contact have names of the customer's choosing.
      key === 'data' ? stampedColumns(below, mark) : stamped(below, mark, TEXTS.has(key)),
    ]),
  );
}

function stampedColumns(columns: unknown, mark: string): unknown {
  if (typeof columns !== 'object' || columns === null) return columns;
  return Object.fromEntries(
    Object.entries(columns).map(([column, text]) => [column, stamped(text, mark, true)]),
  );
}
