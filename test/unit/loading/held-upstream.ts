import { pino } from 'pino';
import { BatchSizes } from '../../../src/loading/batch-sizes.ts';
import { setImmediate as macrotask } from 'node:timers/promises';
import { ByteLru } from '../../../src/cache/byte-lru.ts';
import { CredentialChecks } from '../../../src/cache/credential-checks.ts';
import { LookupCounters } from '../../../src/cache/lookup-counts.ts';
import type { ReplicaStore } from '../../../src/cache/replica-store.ts';
import { resources } from '../../../src/datasources/index.ts';
import { UnknownValueError, UpstreamError } from '../../../src/errors.ts';
import { type CallerKey, callerKeyOf } from '../../../src/identity/caller.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import type { InFlight } from '../../../src/lib/single-flight.ts';
import type { LoadingOptions } from '../../../src/loading/loading-options.ts';
import type { FoundById } from '../../../src/loading/read-batch.ts';
import { UpstreamAnswer, type UpstreamRead } from '../../../src/upstream/answer.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import { Turns } from '../../../src/lib/turns.ts';
import type { DeferredRequest, RequestScope } from '../../../src/upstream/call.ts';
import { UpstreamUsage } from '../../../src/upstream/usage.ts';
import { TestClock } from '../../support/test-clock.ts';

export const identity = tokenIdentity('mine');
export const { users } = resources;
export type User = ReturnType<(typeof users)['entity']>;
export type UserPart = (typeof users)['expand'][number]['name'];
export const PROOF_MS = 10_000;
export const FRESH_MS = 60_000;
/** Deadline of a revalidation. */
export const REFRESH_MS = 30_000;
export const HOUR_MS = 3_600_000;

const broken = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'broken' });

/** Time in which all that has begun comes to the end, or to a call that the test holds. */
export async function settled(): Promise<void> {
  // Each look at a store, and each call, takes a turn of the event loop.
  // oxlint-disable-next-line eslint/no-await-in-loop
  for (let n = 0; n < 6; n += 1) await macrotask();
}

/** A call for users. It waits for its permit until it is sent, and then for `answer` or `fail`, or for its abort. */
export class HeldCall {
  readonly shared: InFlight;
  readonly #deferred: DeferredRequest;
  readonly #read = Promise.withResolvers<UpstreamRead>();

  constructor(shared: InFlight, deferred: DeferredRequest) {
    this.shared = shared;
    this.#deferred = deferred;
    shared.signal.addEventListener('abort', () => this.#read.reject(shared.signal.reason));
  }

  get read(): Promise<UpstreamRead> {
    return this.#read.promise;
  }

  /** Sends the call, which fixes its ids; gives the ids and parts asked for. */
  send(): string[] {
    const { query = [] } = this.#deferred.serialize();
    return query.filter(([name]) => name === 'id' || name === 'expand').map(([, value]) => value);
  }

  /** Answers with a row for each id, the department of which is `text`. */
  answer(text = 'first'): Promise<unknown> {
    const rows = this.send().map((id) => JSON.stringify({ id, department: text }));
    return this.answerRows(rows);
  }

  /** Answers with these rows, which are JSON. */
  answerRows(rows: readonly string[]): Promise<unknown> {
    this.send();
    const text = `{"entities":[${rows.join(',')}]}`;
    const bytes = Buffer.from(text);
    const body: unknown = JSON.parse(text);
    this.#read.resolve({ body, bytes, answer: new UpstreamAnswer('users', 200, undefined, 0) });
    return settled();
  }

  fail(): Promise<unknown> {
    this.send();
    this.#read.reject(broken);
    return settled();
  }
}

/** An upstream of users that a test answers itself, and the options of what loads from it. */
export class HeldUpstream {
  readonly clock = new TestClock();
  readonly calls: HeldCall[] = [];
  /** Parts of calls that were for unknown ids, by caller. */
  readonly unknown: (readonly [caller: CallerKey, share: number])[] = [];
  readonly credentialChecks = new CredentialChecks(this.clock, HOUR_MS);

  /** Options of at most 3 ids per call. */
  options(replicaStore: ReplicaStore | null = null): LoadingOptions {
    const { clock, credentialChecks } = this;
    return {
      clock,
      turns: new Turns(clock),
      entities: new ByteLru(clock, 1_000_000),
      lists: new ByteLru(clock, 1_000_000),
      credentialChecks,
      lookups: new LookupCounters(),
      freshnessOf: () => ({ freshMs: FRESH_MS, staleMs: FRESH_MS }),
      listMs: 0,
      read: (_maker, shared, deferred) => {
        const call = new HeldCall(shared, deferred);
        this.calls.push(call);
        return call.read;
      },
      batchSize: 3,
      batchSizes: new BatchSizes(clock, pino({ level: 'silent' })),
      proofMs: PROOF_MS,
      refreshMs: REFRESH_MS,
      replicaStores: replicaStore && { of: () => replicaStore },
      foundUnknown: (_identity, caller, share) => this.unknown.push([caller, share]),
      refreshQuota: () => Promise.resolve(),
    };
  }

  /** A request with an hour's time, or as long as its client stays. */
  request(client = new AbortController(), budget = new CallBudget(10), caller = 'me'): RequestScope {
    const deadline = deadlineIn(this.clock, HOUR_MS, client.signal);
    const usage = new UpstreamUsage();
    return { identity, caller: callerKeyOf('test', caller), deadline, budget, usage, trace: null };
  }

  /** Calls made since the last time, and by all that has begun. */
  async made(): Promise<HeldCall[]> {
    await settled();
    return this.calls.splice(0);
  }

  /** The only call made since the last time. */
  async onlyCall(): Promise<HeldCall> {
    const [call, ...others] = await this.made();
    if (call === undefined || others.length > 0) throw new Error(`${others.length + 1} calls, or none`);
    return call;
  }
}

/** Departments by id; null for an unknown id, the code of the failure for an id that could not be read. */
export async function departments(
  loading: Promise<FoundById<User>>,
  ids: readonly string[],
): Promise<(string | null)[]> {
  const found = await loading;
  return ids.map((id) => {
    const each = found.get(id) ?? null;
    return each instanceof UnknownValueError ? each.reason.failure.code : (each?.department ?? null);
  });
}
