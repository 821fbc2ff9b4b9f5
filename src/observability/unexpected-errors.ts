import type { Logger } from 'pino';
import { framesOf } from './redact-error.ts';

/**
 * What was thrown, or rejected with, where nobody expected it: defects. The log tells where it came from and of what kind it
 * is. Its message is left out: that of a parser quotes what it could not read, and that may be anybody's data.
 */
export class UnexpectedErrors {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  rejected(reason: unknown): void {
    this.#log.error(describe(reason), 'A promise was rejected, and nobody handled it');
  }

  thrown(error: unknown): void {
    this.#log.fatal(describe(error), 'An exception was thrown, and nobody caught it: the gateway ends');
  }
}

interface Description {
  readonly kind: string;
  /** Such as ECONNRESET. */
  readonly code?: string;
  /** The innermost first. */
  readonly frames?: readonly string[];
}

function describe(error: unknown): Description {
  if (!(error instanceof Error)) return { kind: error === null ? 'null' : typeof error };
  const code = 'code' in error ? error.code : null;
  return {
    kind: error.constructor.name,
    ...(typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) && { code }),
    frames: framesOf(error),
  };
}
