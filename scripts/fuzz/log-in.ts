import * as v from '@badrap/valita';
import { setTimeout as delay } from 'node:timers/promises';

const loginSchema = v.object({ access_token: v.string() }).rest(v.unknown());

/** Tokens of the sandbox; each is another caller with its own quota. */
export async function logIn(sandboxUrl: string, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const response = await fetch(`${sandboxUrl}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('sandbox:sandbox').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return loginSchema.parse(await response.json()).access_token;
    }),
  );
}

const MOST_TRIES = 100;

/** Resolves when the gateway at the port has logged in. @throws Error when it does not get ready. */
export async function untilReady(port: number): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    const { ok } = await fetch(`http://127.0.0.1:${port}/ready`, { method: 'HEAD' });
    if (ok) return;
    // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
    await delay(100);
  }
  throw new Error('The gateway does not get ready.');
}
