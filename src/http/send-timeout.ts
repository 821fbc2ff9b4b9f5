import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';

export interface SendTimeoutOptions {
  readonly clock: Clock;
  /** Time for a client to read what there is of an answer. */
  readonly timeoutMs: number;
  /** Called for each answer that was cut off. */
  readonly onTimeout?: () => void;
}

/** Answer that is being sent. */
interface Sending {
  /** Time of the first look that found something unread, and each since; null when the last one found nothing. */
  sinceMs: number | null;
}

const LOOK_AGAIN_MS = 1000;

/**
 * Closes the connections of clients that do not read their answers. Whoever stops reading would keep the memory of the answer,
 * and its part of what all answers may take, for ever; and whoever reads a byte now and then likewise, so that the time is for
 * all of it.
 */
export function closeUnreadAnswers(
  server: Server,
  { clock, timeoutMs, onTimeout }: SendTimeoutOptions,
): void {
  const underWay = new Map<ServerResponse, Sending>();
  let isLooking = false;

  function lookLater(): void {
    if (isLooking || underWay.size === 0) return;
    isLooking = true;
    // The connections keep the process alive, and the look alone must not.
    clock.setTimeout(look, Math.min(LOOK_AGAIN_MS, timeoutMs)).unref();
  }

  function look(): void {
    isLooking = false;
    const nowMs = clock.now();
    for (const [response, sending] of underWay) {
      if (!isOwed(response)) sending.sinceMs = null;
      else if (sending.sinceMs === null) sending.sinceMs = nowMs;
      else if (nowMs - sending.sinceMs >= timeoutMs) {
        underWay.delete(response);
        onTimeout?.();
        response.destroy();
      }
    }
    lookLater();
  }

  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    underWay.set(response, { sinceMs: null });
    // It comes once, and `once` would cost each request more than all else here.
    response.on('close', () => underWay.delete(response));
    lookLater();
  });
}

/** True when the client has to read on. One of a stream without an end has read what there is so far, if it keeps up. */
function isOwed({ writableEnded, socket }: ServerResponse): boolean {
  return writableEnded || (socket?.writableLength ?? 0) > 0;
}
