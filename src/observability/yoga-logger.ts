import type { YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';
import { redactError } from './redact-error.ts';

/**
 * Logger that writes messages of Yoga and its plugins to the gateway's log: text and errors. Other arguments may be what a
 * client sent and are left out.
 *
 * @param requestId Returns the id of the current request, if there is one.
 */
export function yogaLogger(log: Logger, requestId: () => string | undefined = () => undefined): YogaLogger {
  const writing =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...args: readonly unknown[]) => {
      // Yoga logs at each step of each request.
      if (!log.isLevelEnabled(level)) return;
      const text = args
        .filter((arg) => typeof arg === 'string')
        .join(' ')
        .replace(/:?\s*$/, '');
      const err = args.find((arg) => arg instanceof Error);
      const message = text || (err && redactError(err).message) || 'Error without a message';
      log[isGoneClient(err) ? 'debug' : level]({ requestId: requestId(), err }, message);
    };
  return { debug: writing('debug'), info: writing('info'), warn: writing('warn'), error: writing('error') };
}

/** True for the error of a body whose sender disconnected: no defect, and any client can cause it. */
function isGoneClient(error: Error | undefined): boolean {
  return error?.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';
}
