import { setImmediate as turn } from 'node:timers/promises';

/** Lets requests and answers arrive that are on their way within this process. */
export async function deliver(): Promise<void> {
  for (let n = 0; n < 100; n += 1) await turn();
}
