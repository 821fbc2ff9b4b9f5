/** An error as the log shows it. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: DescribedError;
}

/** Text from the first quotation mark to the last, because a quote may hold some itself; addresses; and long numbers. */
const QUOTED = /["'`].*["'`]|\S+@\S+|\+?\d{5,}/gs;
const MOST_CAUSES = 3;

/**
 * An error as the log may show it: type, stack frames, up to three causes, and the message without parts that may come from
 * a client or the upstream (`JSON.parse` quotes its input). Other properties are left out: `new URL` puts its input there.
 * Takes any thrown value.
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

/** Stack frames of an error, innermost first. The message before them is cut off: its lines could look like frames. */
export function framesOf({ name, message, stack = '' }: Error): string[] {
  const head = message === '' ? '' : `: ${message}`;
  const nameLength = message === '' ? name.length : stack.indexOf(head);
  // Node's own errors have their code after the name: `TypeError [ERR_INVALID_ARG_TYPE]`.
  if (!stack.startsWith(name) || !/^(?: \[\w+\])?$/.test(stack.slice(name.length, nameLength))) return [];
  return stack
    .slice(nameLength + head.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
