import * as v from '@badrap/valita';
import { setTimeout as delay } from 'node:timers/promises';

/** Memory of a process in megabytes. */
export interface Memory {
  /** RSS. */
  readonly resident: number;
  /** JavaScript heap in use after garbage collection. */
  readonly heap: number;
}

/** More than one, because some objects are freed only after others. */
const COLLECTIONS = 3;
const BETWEEN_MS = 500;

const valueSchema = v.object({ value: v.string() }).rest(v.unknown());
const answerSchema = v
  .object({
    id: v.number(),
    result: v.object({ result: valueSchema.optional() }).rest(v.unknown()),
  })
  .rest(v.unknown());
const usageSchema = v.object({ rss: v.number(), heapUsed: v.number() }).rest(v.unknown());

/**
 * Collects garbage in the process with this inspector URL, then reads its memory. A heap that still holds garbage would not
 * show whether it leaks. `betweenMs` is the pause after each collection, in which finalizers run.
 */
export async function memoryOf(inspectorUrl: string, betweenMs = BETWEEN_MS): Promise<Memory> {
  const socket = new WebSocket(inspectorUrl);
  try {
    const opened = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<string>();
    socket.addEventListener('open', () => opened.resolve());
    for (const name of ['error', 'close'] as const) {
      socket.addEventListener(name, () => {
        opened.reject(new Error('The gateway cannot be asked for its memory.'));
        answered.reject(new Error('The gateway does not say how much memory it has.'));
      });
    }
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = answerSchema.parse(JSON.parse(String(data)));
      if (id === 2) answered.resolve(result.result?.value ?? '');
    });
    await opened.promise;
    for (let nth = 0; nth < COLLECTIONS; nth += 1) {
      socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      await delay(betweenMs);
    }
    const expression = 'JSON.stringify(process.memoryUsage())';
    socket.send(JSON.stringify({ id: 2, method: 'Runtime.evaluate', params: { expression } }));
    const { rss, heapUsed } = usageSchema.parse(JSON.parse(await answered.promise));
    return { resident: rss / 1e6, heap: heapUsed / 1e6 };
  } finally {
    socket.close();
  }
}
