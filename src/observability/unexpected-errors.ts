import type { Logger } from 'pino';
import { framesOf } from './redact-error.ts';

/**
 * Logs uncaught exceptions and unhandled rejections, which are defects, and Node's warnings. The log has an error's kind, code and stack frames, but not
 * its message: a parser's message quotes its input, which may be personal.
 */
export class UnexpectedErrors {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  rejected(reason: unknown): void {
    this.#log.error(describe(reason), 'A promise was rejected and not handled');
  }

  /** A warning of Node: by default it would be written to stderr, which blocks the process while nobody reads it. */
  warned(warning: Error): void {
    this.#log.warn({ ...describe(warning), kind: warning.name }, 'Node warned');
  }

  thrown(error: unknown): void {
    this.#log.fatal(describe(error), 'An exception was thrown and not caught: the gateway ends');
  }
}

interface Description {
  readonly kind: string;
  /** Error code, such as ECONNRESET. */
  readonly code?: string;
  /** Stack frames, innermost first. */
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
