import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { isProfileName, type ProfileName } from '../../src/sandbox/profile-names.ts';
import { PROFILES } from '../../src/sandbox/profiles.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { type Asking, keepAsking } from './asking.ts';
import { Callers } from './callers.ts';
import { Client } from './client.ts';
import { listeningGateway } from './listening-gateway.ts';
import type { SoakSettings } from './parse-soak-settings.ts';
import { type Happened, ProfileRows } from './profile-rows.ts';
import { runServiceTurn } from './service-turn.ts';
import { stampingFault, stampOf } from './stamps.ts';
import { Tally } from './tally.ts';

/** Longest turn of one profile; sets the number of rounds. */
const LONGEST_TURN_MS = 6_000;
const ASKERS = 8;
/** Interval of token turnovers; longer in a run that would need more than MOST_TURNOVERS. */
const TURNOVER_MS = 500;
const MOST_TURNOVERS = 5_000;
/** High enough that only profiles limit calls; `quota-load.ts` tests the limit of the sandbox itself. */
const RATE_LIMIT = { allowed: 3_000, windowSeconds: 60 };
/** Short enough that hung calls time out within the profile's turn, longer than a throttled login takes. */
const TIMEOUTS = { REQUEST_TIMEOUT_MS: '3000', UPSTREAM_TIMEOUT_MS: '1000' };

export interface MixedLoad {
  readonly tally: Tally;
  readonly rows: ReadonlyMap<ProfileName | null, Happened>;
  readonly callers: Callers;
}

/**
 * Sends mixed queries of many identities, under every profile in rotation and under none. The callers' gateway runs all the
 * time and is disposed with requests in flight. A second gateway logs in by itself; each turn has a new one.
 */
export async function runMixedLoad({ seconds, seed }: SoakSettings): Promise<MixedLoad> {
  const random = createRandom(seed);
  const organisation = generateOrganisation(seed);
  const turnoverMs = Math.max(TURNOVER_MS, (seconds * 1000) / MOST_TURNOVERS);
  const callers = new Callers(random, Math.ceil((seconds * 1000) / turnoverMs) * 2);
  const sandbox = await startSandbox({
    organisation,
    seed,
    tokens: callers.tokens,
    faults: [stampingFault()],
    rateLimit: RATE_LIMIT,
    recordedRequests: 0,
  });
  const gateway = await listeningGateway({ GENESYSCLOUD_API_URL: sandbox.url, ...TIMEOUTS });
  const client = new Client(gateway.origin);
  const tally = new Tally();
  const asking: Asking = {
    client,
    callers,
    organisation,
    random,
    tally,
    maySee: (stamp, token) => token !== null && stamp === stampOf(token),
    needsCredential: true,
  };

  const over = new AbortController();
  const askers = Array.from({ length: ASKERS }, () => keepAsking(asking, over.signal));
  const turnover = setInterval(() => callers.turnOver(sandbox), turnoverMs);
  const profileRows = new ProfileRows(tally, sandbox);
  const { turns, turnMs } = rotation(seconds * 1000);
  for (const profile of turns) {
    sandbox.useProfile(profile);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one profile after the other
    await runServiceTurn(sandbox.url, TIMEOUTS, asking, turnMs);
    profileRows.endTurn(profile);
  }
  clearInterval(turnover);
  over.abort();
  await gateway.dispose();
  await Promise.all(askers);
  await client.close();
  await gateway.close();
  await sandbox.close();
  return { tally, rows: profileRows.rows, callers };
}

function rotation(durationMs: number): { turns: (ProfileName | null)[]; turnMs: number } {
  const profiles = [null, ...Object.keys(PROFILES).filter(isProfileName)];
  const rounds = Math.ceil(durationMs / (LONGEST_TURN_MS * profiles.length));
  const turns = Array.from({ length: rounds }, () => profiles).flat();
  return { turns, turnMs: durationMs / turns.length };
}
