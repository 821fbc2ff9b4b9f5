import { setTimeout as delay } from 'node:timers/promises';
import { type Asking, askOnce, keepAsking } from './asking.ts';
import { Client } from './client.ts';
import { listeningGateway } from './listening-gateway.ts';

const ASKERS = 2;

/**
 * One turn of a gateway that logs in by itself, made for it and disposed of with requests under way. The turn lasts until
 * one of its requests was answered, so that there is a login in each.
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
    // Callers send tokens of their own, and these must not be used.
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
