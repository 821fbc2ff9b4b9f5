import { setTimeout as delay } from 'node:timers/promises';
import { type Asking, askOnce, keepAsking } from './asking.ts';
import { Client } from './client.ts';
import { listeningGateway } from './listening-gateway.ts';

const ASKERS = 2;

/**
 * Runs one turn with a new gateway that logs in by itself, and disposes it with requests in flight. The turn lasts at least
 * until its first request is answered, so that each turn has a login.
 */
export async function runServiceTurn(
  sandboxUrl: string,
  settings: Readonly<Record<string, string>>,
  asking: Omit<Asking, 'client' | 'maySee' | 'needsCredential'>,
  turnMs: number,
): Promise<void> {
  const gateway = await listeningGateway({
    GENESYSCLOUD_API_URL: sandboxUrl,
    GENESYSCLOUD_LOGIN_URL: sandboxUrl,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    ...settings,
  });
  const client = new Client(gateway.origin);
  const asked: Asking = {
    ...asking,
    client,
    // The gateway must ignore the tokens that callers send.
    maySee: (stamp) => !asking.callers.areGiven(stamp),
    needsCredential: false,
  };
  const over = new AbortController();
  const first = askOnce(asked, { query: '{ campaigns(first: 1) { nodes { name } } }' }, null);
  const askers = Array.from({ length: ASKERS }, () => keepAsking(asked, over.signal));
  await Promise.all([delay(turnMs), first]);
  over.abort();
  await gateway.dispose();
  await Promise.all(askers);
  await client.close();
  await gateway.close();
}
