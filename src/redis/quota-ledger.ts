import { randomUUID } from 'node:crypto';
import type { CallerKey } from '../identity/caller.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type {
  AskedCall,
  CallOfCaller,
  CallOutcomeForAll,
  CallsOfAll,
  QuotaLedger,
} from '../upstream/quota/ledger.ts';
import type { RowEncryptions } from './row-encryption.ts';
import type { QuotaReply } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { nullIfUnavailable } from './failure.ts';
import { KEYS } from './keys.ts';

/** Lifetime of a quota in Redis: no window and no hold lasts longer (LONGEST_MS in window.ts). */
const INTERESTING_MS = 600_000;
/** Pause after an unanswered question, in which each replica spends its own share. */
const DOUBTED_MS = 500;
/** Time beyond a call's timeout in which the call counts as in flight, because its end may still be reported. */
const GRACE_MS = 1_000;

/**
 * Account of each identity's quota in Redis, shared by all replicas: all know what one learns from an answer's headers, a
 * 429 holds all, and each grant is atomic.
 */
export class RedisQuotaLedger implements QuotaLedger {
  readonly #clock: Clock;
  readonly #connection: RedisConnection;
  readonly #encryptions: RowEncryptions;
  readonly #lostAfterMs: number;
  #doubtedUntilMs = 0;

  /** `callTimeoutMs` is the longest duration of a call. */
  constructor(clock: Clock, connection: RedisConnection, encryptions: RowEncryptions, callTimeoutMs: number) {
    this.#clock = clock;
    this.#connection = connection;
    this.#encryptions = encryptions;
    this.#lostAfterMs = callTimeoutMs + GRACE_MS;
  }

  get isAvailable(): boolean {
    return this.#connection.isUp && this.#clock.now() >= this.#doubtedUntilMs;
  }

  nameOf(identity: UpstreamIdentity, caller: CallerKey): string {
    return this.#encryptions.of(identity).rowKey('caller', caller);
  }

  async take(identity: UpstreamIdentity, call: CallOfCaller | null): Promise<AskedCall | null> {
    const ofCaller = call === null ? [] : [call.caller, call.isFromReserve ? 1 : 0];
    const keys = this.#keysOf(identity);
    const id = randomUUID();
    try {
      const reply = await this.#connection.ask('quota', (client) =>
        client.takeCall(keys, id, this.#lostAfterMs, INTERESTING_MS, ...ofCaller),
      );
      const [isGranted] = reply;
      return {
        isGranted: isGranted === 1,
        callsOfAll: call && callsIn(reply),
        ...knownFrom(reply),
        settle: (outcome) => this.#settle(keys, id, outcome, ofCaller),
      };
    } catch (error) {
      return this.#doubted(error);
    }
  }

  async look(identity: UpstreamIdentity): Promise<Pick<AskedCall, 'known' | 'heldMs'> | null> {
    const keys = this.#keysOf(identity);
    try {
      return knownFrom(await this.#connection.ask('quota', (client) => client.lookAtQuota(keys)));
    } catch (error) {
      return this.#doubted(error);
    }
  }

  charge(identity: UpstreamIdentity, caller: string, calls: number): void {
    this.#connection
      .tell('quota', (client) => client.chargeCaller(this.#keysOf(identity), caller, calls, INTERESTING_MS))
      // This process has counted them.
      .catch(() => undefined);
  }

  /** The connection has already reported the cause. */
  #doubted(error: unknown): null {
    const nothing = nullIfUnavailable(error);
    this.#doubtedUntilMs = this.#clock.now() + DOUBTED_MS;
    return nothing;
  }

  #keysOf(identity: UpstreamIdentity): readonly [quota: string, underWay: string, callers: string] {
    const { name } = this.#encryptions.of(identity);
    return [`${KEYS}{${name}}:quota`, `${KEYS}{${name}}:calls`, `${KEYS}{${name}}:callers`];
  }

  #settle(
    keys: readonly string[],
    id: string,
    outcome: CallOutcomeForAll,
    ofCaller: readonly (string | number)[],
  ): void {
    const { wasSent, report, refusedMs = -1, startedAgoMs } = outcome;
    const told = report ?? { count: -1, allowed: 0, resetSeconds: 0 };
    this.#connection
      .tell('quota', (client) =>
        client.settleCall(
          keys,
          id,
          Math.ceil(startedAgoMs),
          wasSent ? 1 : 0,
          told.count,
          told.allowed,
          told.resetSeconds * 1000,
          refusedMs,
          INTERESTING_MS,
          ...ofCaller,
        ),
      )
      // An unsettled call counts as in flight until it counts as lost.
      .catch(() => undefined);
  }
}

function knownFrom([, used, allowed, resetMs, heldMs]: QuotaReply): Pick<AskedCall, 'known' | 'heldMs'> {
  return { known: allowed === 0 ? null : { used, allowed, resetMs: resetMs < 0 ? null : resetMs }, heldMs };
}

/** Calls by caller in a reply; malformed ones are left out. */
function callsIn([, , , , , window = 0, ...callers]: QuotaReply): CallsOfAll {
  const calls = new Map<string, { calls: number; isNew: boolean }>();
  let fromReserve = 0;
  for (let at = 0; at < callers.length; at += 2) {
    const [name = '', counted = ''] = callers.slice(at, at + 2);
    const [count = NaN, countedIn = NaN, came = NaN] = counted.split(' ').map(Number);
    const ofWindow = countedIn === window ? count : 0;
    if (Number.isNaN(ofWindow + came)) continue;
    if (name === 'reserve') fromReserve = ofWindow;
    else calls.set(name, { calls: ofWindow, isNew: came === window });
  }
  return { callers: calls, fromReserve };
}
