import type { YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';

/**
 * Writes what Yoga and its plugins have to say to the gateway's log: text and errors. Anything else, which may be what
 * somebody sent, is left out.
 */
export function yogaLogger(log: Logger): YogaLogger {
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
      log[isGoneClient(err) ? 'debug' : level](
        err === undefined ? {} : { err },
        text || err?.message || 'Something without words',
      );
    };
  return { debug: writing('debug'), info: writing('info'), warn: writing('warn'), error: writing('error') };
}

/** What reading a body fails with when its sender breaks off: nobody's defect, and for anybody to bring about. */
function isGoneClient(error: Error | undefined): boolean {
  return error?.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';
}
