import { hash } from 'node:crypto';
import { type DocumentNode, type GraphQLError, TokenKind } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { MappedStream } from '../executor/mapped-stream.ts';
import { omittedCodes } from '../operations/client-error.ts';
import { operationNameOf } from '../observability/requests/operation-name.ts';
import type { RequestRecord } from '../observability/requests/record.ts';

const MOST_CODES = 10;
const CODE = /^[A-Z][A-Z_]{0,63}$/;

/** Part of Yoga's context with a request's parameters. */
interface ParamsContext {
  readonly params?: { readonly operationName?: unknown };
}

/** Notes a request's operation and the codes of its results' errors in its record. */
export function useRequestRecord(current: () => RequestRecord | undefined): Plugin<ParamsContext> {
  const hashes = new WeakMap<DocumentNode, string | undefined>();

  return {
    onValidate({ params: { documentAST }, context }) {
      const record = current();
      if (record === undefined) return;
      if (!hashes.has(documentAST)) hashes.set(documentAST, hashOf(documentAST));
      const { operationName } = context.params ?? {};
      const wanted = typeof operationName === 'string' ? operationName : null;
      record.hasOperation = true;
      record.operationName = operationNameOf(documentAST, wanted);
      record.documentHash = hashes.get(documentAST);
    },
    onResultProcess(processed) {
      const { result } = processed;
      const isStream = isAsyncIterable(result);
      if (!isStream && !('errors' in result && result.errors?.length)) return;
      const record = current();
      if (record === undefined) return;
      if (!isStream) noteErrors(record, result.errors);
      else {
        processed.setResult(
          new MappedStream(result, {
            map(each) {
              noteErrors(record, each.errors);
              return each;
            },
          }),
        );
      }
    },
  };
}

function noteErrors(record: RequestRecord, errors: readonly GraphQLError[] = []): void {
  if (errors.length === 0) return;
  const codes = new Set(record.errorCodes);
  for (const { extensions } of errors) {
    if (codes.size === MOST_CODES) break;
    for (const code of [extensions?.['code'], ...omittedCodes(extensions)]) {
      codes.add(typeof code === 'string' && CODE.test(code) ? code : 'OTHER');
    }
  }
  record.errorCodes = [...codes];
}

/**
 * Hash that identifies a document in logs: equal for documents that differ only in blanks, comments, numbers and strings.
 * Strings may be personal. Undefined when the parser kept no tokens.
 */
function hashOf({ loc }: DocumentNode): string | undefined {
  if (loc === undefined) return undefined;
  let text = '';
  for (let token = loc.startToken.next; token !== null; token = token.next) {
    const { kind, value } = token;
    if (kind === TokenKind.COMMENT) continue;
    text += kind === TokenKind.NAME ? ` ${value}` : ` #${kind}`;
  }
  return hash('sha256', text, 'hex').slice(0, 16);
}
