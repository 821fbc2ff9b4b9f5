/** What the log tells of an error. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: DescribedError;
}

/** From the first quotation mark to the last one, for what is quoted may have some itself; addresses; and long numbers. */
const QUOTED = /["'`].*["'`]|\S+@\S+|\+?\d{5,}/gs;
const MOST_CAUSES = 3;

/**
 * What the log tells of an error, which can be anything: where it came from, and its message without what that may quote of what somebody sent or the
 * upstream answered, as `JSON.parse` does. Other properties are left out, for `new URL` puts what it was given there.
 */
export function redactError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'no error', stack: '' };
  const { name, message, cause } = error;
  return {
    type: name,
    message: message.replaceAll(QUOTED, '…'),
    stack: framesOf(error).join('\n'),
    ...(cause instanceof Error && depth < MOST_CAUSES && { cause: redactError(cause, depth + 1) }),
  };
}

/** Where an error came from, the innermost first. The message stands before that, and could have lines that look like it. */
export function framesOf({ name, message, stack = '' }: Error): string[] {
  const head = message === '' ? '' : `: ${message}`;
  const nameLength = message === '' ? name.length : stack.indexOf(head);
  // Node's own say their code beside the name: `TypeError [ERR_INVALID_ARG_TYPE]`.
  if (!stack.startsWith(name) || !/^(?: \[\w+\])?$/.test(stack.slice(name.length, nameLength))) return [];
  return stack
    .slice(nameLength + head.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
