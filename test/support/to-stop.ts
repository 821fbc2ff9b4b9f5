import type { ServerResponse } from 'node:http';
import { setImmediate as macrotask } from 'node:timers/promises';

/** Resolves when nothing of the response has been received for many turns of the event loop. */
export async function toStop(response: ServerResponse | undefined): Promise<void> {
  const leftBytes = () => response?.socket?.writableLength ?? 0;
  for (let still = 0, left = leftBytes(); still < 500; still = left === leftBytes() ? still + 1 : 0) {
    left = leftBytes();
    // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
    await macrotask();
  }
}
