import type { Leased, ReplicaRow, ReplicaStore, RowsToShare, ReplicaStores } from '../cache/replica-store.ts';
import type { Denial } from '../identity/credential-events.ts';
import type { Clock } from '../lib/clock.ts';
import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { RowEncryption, RowEncryptions } from './row-encryption.ts';
import type { Leases } from './leases.ts';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import type { RedisConnection } from './connection.ts';
import type { RedisCredentialStatus, CredentialStatus } from './credential-status.ts';
import { nullIfUnavailable } from './failure.ts';
import { KEYS } from './keys.ts';
import { FUTURE_MS } from './redis-clock.ts';
import { RedisLease } from './redis-lease.ts';
import type { Revocations } from './revocations.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

export interface ReplicaStoreOptions {
  readonly clock: Clock;
  readonly connection: RedisConnection;
  readonly encryptions: RowEncryptions;
  readonly leases: Leases;
  readonly credentialStatus: RedisCredentialStatus;
  readonly revocations: Revocations;
  /** Longest time that rows may be shown after the upstream last accepted the credential, from any replica. */
  readonly proofMs: number;
  /** Receives the last acceptance of a credential that Redis knows, on the monotonic clock. */
  readonly onAccepted: (identity: UpstreamIdentity, sentMs: number) => void;
}

/** Rows in Redis, each encrypted by itself for holders of the credential that it was read with. */
export class RedisReplicaStores implements ReplicaStores {
  readonly #options: ReplicaStoreOptions;

  constructor(options: ReplicaStoreOptions) {
    this.#options = options;
  }

  of(...[identity, resource, scope]: Parameters<ReplicaStores['of']>): ReplicaStore {
    return new RedisReplicaStore(this.#options, identity, resource, scope);
  }
}

/** Location of an id's row in Redis. */
interface RowKey {
  readonly id: string;
  readonly place: string;
  readonly key: string;
}

interface StoredRows {
  /** Monotonic time of the question; the clock of Redis showed `nowMs` then or later. */
  readonly askedAtMs: number;
  readonly nowMs: number;
  readonly status: CredentialStatus;
  readonly encrypted: readonly (Buffer | null)[];
}

class RedisReplicaStore implements ReplicaStore {
  readonly #options: ReplicaStoreOptions;
  readonly #identity: UpstreamIdentity;
  readonly #resource: { readonly name: string; readonly permissions: readonly string[] };
  readonly #scope: string;
  /** Writes in flight. */
  readonly #writes = new Set<Promise<unknown>>();

  constructor(
    options: ReplicaStoreOptions,
    identity: UpstreamIdentity,
    resource: { readonly name: string; readonly permissions: readonly string[] },
    scope: string,
  ) {
    this.#options = options;
    this.#identity = identity;
    this.#resource = resource;
    this.#scope = scope;
  }

  get isAvailable(): boolean {
    const { connection, proofMs } = this.#options;
    return connection.isUp && proofMs > 0;
  }

  async get(
    ids: readonly string[],
    expand: readonly string[],
  ): Promise<ReadonlyMap<string, ReplicaRow> | null> {
    const places = this.#rowKeysOf(ids, expand);
    try {
      const answer = await this.#options.connection.ask('cache', (client, inBytes) =>
        this.#read(client, inBytes, places),
      );
      return await this.#decrypted(places, answer);
    } catch (error) {
      return nullIfUnavailable(error);
    }
  }

  async lease(ids: readonly string[], expand: readonly string[]): Promise<Leased | null> {
    const places = this.#rowKeysOf(ids, expand);
    const { connection, leases } = this.#options;
    const mine = new Set<string>();
    const taken: string[] = [];
    let taking: readonly Promise<void>[] = [];
    const take = async (client: RedisClient, { id, key }: RowKey) => {
      const lease = leaseOf(key);
      if (!(await leases.take(client, lease))) return;
      mine.add(id);
      taken.push(lease);
    };
    try {
      const answer = await connection.ask('leases', async (client, inBytes) => {
        taking = places.map((place) => take(client, place));
        // Rows are read after the leases are taken: a replica writes its rows before it releases a lease.
        const [read] = await Promise.all([this.#read(client, inBytes, places), ...taking]);
        return read;
      });
      const rows = await this.#decrypted(places, answer);
      return { rows, mine, lease: new RedisLease(taken, leases, this.#writes) };
    } catch (error) {
      // Some leases may still be granted late.
      void Promise.allSettled(taking).then(() => taken.length > 0 && leases.release(taken));
      return nullIfUnavailable(error);
    }
  }

  waitForRelease(ids: readonly string[], expand: readonly string[], signal: Signal): Promise<void> {
    const keys = this.#rowKeysOf(ids, expand).map(({ key }) => leaseOf(key));
    return this.#options.leases.released(keys, signal);
  }

  set(read: RowsToShare): void {
    const readAtMs = this.#options.connection.time.nowMs();
    if (readAtMs === null || !this.isAvailable) return;
    const write = this.#write(read, readAtMs)
      // A replica that misses a row reads it from the upstream.
      .catch(() => undefined)
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  async #write(read: RowsToShare, readAtMs: number): Promise<void> {
    const { expand, status, correlationId, ttlMs, negativeTtlMs } = read;
    const rows = await read.rows;
    const encryption = this.#options.encryptions.of(this.#identity);
    const entries = await Promise.all(
      [...rows].map(async ([id, row]) => {
        const { place, key } = this.#rowKeyOf(id, expand, encryption);
        const encoded = await encodeRow({ readAtMs, status, correlationId, row });
        const value = row === null ? Math.min(ttlMs, negativeTtlMs) : ttlMs;
        return {
          key,
          encrypted: encryption.encrypt(encoded, place),
          expiration: { type: 'PX', value } as const,
        };
      }),
    );
    await this.#options.connection.tell('cache', (client) =>
      Promise.all(
        entries.map(({ key, encrypted, expiration }) => client.set(key, encrypted, { expiration })),
      ),
    );
  }

  async #read(
    client: RedisClient,
    inBytes: RedisClientInBytes,
    places: readonly RowKey[],
  ): Promise<StoredRows> {
    const { clock, connection, credentialStatus } = this.#options;
    const askedAtMs = clock.now();
    const [time, status, encrypted] = await Promise.all([
      client.time(),
      credentialStatus.read(client, this.#identity, this.#about),
      inBytes.mGet(places.map(({ key }) => key)),
    ]);
    return { askedAtMs, nowMs: connection.time.heard(time), status, encrypted };
  }

  /** Rows that may be shown, by id. */
  async #decrypted(
    places: readonly RowKey[],
    { askedAtMs, nowMs, status: { acceptedAtMs, notBeforeMs }, encrypted }: StoredRows,
  ): Promise<ReadonlyMap<string, ReplicaRow>> {
    const rows = new Map<string, ReplicaRow>();
    const { proofMs, onAccepted, encryptions, revocations } = this.#options;
    // An age is never understated, as it is counted back from the question.
    const acceptedMs = askedAtMs - ageMs(nowMs, acceptedAtMs);
    const isProven = askedAtMs - acceptedMs <= proofMs && acceptedMs > revocations.revokedMs(this.#identity);
    if (!isProven) return rows;
    onAccepted(this.#identity, acceptedMs);
    const encryption = encryptions.of(this.#identity);
    await Promise.all(
      places.map(async ({ id, place }, index) => {
        const value = encrypted[index];
        const opened = value ? encryption.decrypt(value, place) : null;
        const kept = opened && (await decodeRow(opened));
        if (kept === null || kept.readAtMs <= notBeforeMs) return;
        const { row, status, correlationId } = kept;
        rows.set(id, { row, status, correlationId, readAtMs: askedAtMs - ageMs(nowMs, kept.readAtMs) });
      }),
    );
    // Last, because this process may have learned of a revocation meanwhile.
    const revokedMs = revocations.notBeforeMs(this.#identity, this.#about);
    return new Map([...rows].filter(([, { readAtMs }]) => readAtMs > revokedMs));
  }

  get #about(): Denial {
    return { resource: this.#resource.name, permissions: this.#resource.permissions };
  }

  #rowKeysOf(ids: readonly string[], expand: readonly string[]): RowKey[] {
    const encryption = this.#options.encryptions.of(this.#identity);
    return ids.map((id) => this.#rowKeyOf(id, expand, encryption));
  }

  #rowKeyOf(id: string, expand: readonly string[], encryption: RowEncryption): RowKey {
    const place = encryption.rowKey(this.#resource.name, this.#scope, expand.toSorted().join(' '), id);
    return { id, place, key: `${KEYS}{${encryption.name}}:${place}` };
  }
}

/** Age of something at `atMs`. What lies in the future is infinitely old: no clock and no writer can be trusted with it. */
function ageMs(nowMs: number, atMs: number): number {
  return atMs > nowMs + FUTURE_MS ? Infinity : Math.max(0, nowMs - atMs);
}

function leaseOf(key: string): string {
  return `${key}:asked`;
}
