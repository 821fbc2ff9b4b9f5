import { hash } from 'node:crypto';
import type { AlterFault } from '../../src/sandbox/fault.ts';

const STAMP = /\[soak ([\da-f]{16})\]/g;

/** Properties with free text that the gateway passes on unchanged. Only errors have `message`. */
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

/** Stamp on everything that the upstream gives to this token. The stamp does not reveal the token. */
export function stampOf(token: string): string {
  return hash('sha256', token).slice(0, 16);
}

/** Every stamp in a text. */
export function stampsIn(text: string): string[] {
  return [...text.matchAll(STAMP)].map(([, stamp = '']) => stamp);
}

/** Fault that stamps the sandbox's answers with the token of the request, API errors included. */
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
      // Contact columns have names that the customer chooses.
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
