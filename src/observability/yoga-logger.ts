import type { YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';
import { redactError } from './redact-error.ts';

/**
 * Writes what Yoga and its plugins have to say to the gateway's log: text and errors. Anything else, which may be what
 * somebody sent, is left out.
 *
 * @param requestId Gives the id of the request that it is about, as far as there is one.
 */
export function yogaLogger(log: Logger, requestId: () => string | undefined = () => undefined): YogaLogger {
  const writing =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...args: readonly unknown[]) => {
      // Yoga has something to say at each step of each request.
      if (!log.isLevelEnabled(level)) return;
      const text = args
        .filter((arg) => typeof arg === 'string')
        .join(' ')
        .replace(/:?\s*$/, '');
      const err = args.find((arg) => arg instanceof Error);
      const message = text || (err && redactError(err).message) || 'Something without words';
      log[isGoneClient(err) ? 'debug' : level]({ requestId: requestId(), err }, message);
    };
  return { debug: writing('debug'), info: writing('info'), warn: writing('warn'), error: writing('error') };
}

/** What reading a body fails with when its sender breaks off: nobody's defect, and for anybody to bring about. */
function isGoneClient(error: Error | undefined): boolean {
  return error?.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';
}
