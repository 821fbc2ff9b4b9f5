/** Bytes of a body around one answer. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

/**
 * Frame of one answer of so many bytes in a body of this content type; null for the types whose body is the answer itself.
 * Yoga's result processors (`processSSEResult`, `processMultipartResult`) write the same bytes around smaller answers, but export
 * none of them: `test/gateway/answer-bytes.test.ts` holds both to one form.
 */
export function frameOf(contentType: string, bytes: number): Frame | null {
  if (contentType.startsWith('text/event-stream')) {
    return { before: ':\n\nevent: next\ndata: ', after: '\n\nevent: complete\ndata:\n\n' };
  }
  if (contentType.startsWith('multipart/mixed')) {
    return {
      before: `\r\n---\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${bytes}\r\n\r\n`,
      after: '\r\n-----\r\n',
    };
  }
  return null;
}
