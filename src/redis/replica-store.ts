import type {
  Lease,
  Leased,
  ReplicaRow,
  ReplicaStore,
  RowsToShare,
  ReplicaStores,
} from '../cache/replica-store.ts';
import type { Clock } from '../lib/clock.ts';
import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { RowEncryption, RowEncryptions } from './row-encryption.ts';
import type { Leases } from './leases.ts';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { nullIfUnavailable } from './failure.ts';
import { KEYS } from './keys.ts';
import type { RedisCredentialStatus, CredentialStatus } from './credential-status.ts';
import { RedisClock } from './redis-clock.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

export interface ReplicaStoreOptions {
  readonly clock: Clock;
  readonly connection: RedisConnection;
  readonly encryptions: RowEncryptions;
  readonly leases: Leases;
  readonly credentialStatus: RedisCredentialStatus;
  /** Longest time that rows may be shown after the upstream last accepted the credential, from any replica. */
  readonly proofMs: number;
  /** Receives the last acceptance of a credential that Redis knows, on the monotonic clock. */
  readonly onAccepted: (identity: UpstreamIdentity, sentMs: number) => void;
}

/** Rows in Redis, each encrypted by itself for holders of the credential that it was read with. */
export class RedisReplicaStores implements ReplicaStores {
  readonly #options: ReplicaStoreOptions;
  readonly #redisClock: RedisClock;

  constructor(options: ReplicaStoreOptions) {
    this.#options = options;
    this.#redisClock = new RedisClock(options.clock);
  }

  of(...[identity, resource, scope]: Parameters<ReplicaStores['of']>): ReplicaStore {
    return new RedisReplicaStore(this.#options, this.#redisClock, identity, resource, scope);
  }
}

/** Location of an id's row in Redis. */
interface RowKey {
  readonly id: string;
  readonly place: string;
  readonly key: string;
}

interface StoredRows {
  readonly nowMs: number;
  readonly credentialStatus: CredentialStatus;
  readonly encrypted: readonly (Buffer | null)[];
}

class RedisReplicaStore implements ReplicaStore {
  readonly #options: ReplicaStoreOptions;
  readonly #redisClock: RedisClock;
  readonly #identity: UpstreamIdentity;
  readonly #resource: { readonly name: string; readonly permissions: readonly string[] };
  readonly #scope: string;
  /** Writes in flight. */
  readonly #writes = new Set<Promise<unknown>>();

  constructor(
    options: ReplicaStoreOptions,
    redisClock: RedisClock,
    identity: UpstreamIdentity,
    resource: { readonly name: string; readonly permissions: readonly string[] },
    scope: string,
  ) {
    this.#options = options;
    this.#redisClock = redisClock;
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
    const readAtMs = this.#redisClock.nowMs();
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
    const about = { resource: this.#resource.name, permissions: this.#resource.permissions };
    const [time, credentialStatus, encrypted] = await Promise.all([
      client.time(),
      this.#options.credentialStatus.read(client, this.#identity, about),
      inBytes.mGet(places.map(({ key }) => key)),
    ]);
    return { nowMs: this.#redisClock.heard(time), credentialStatus, encrypted };
  }

  /** Rows that may be shown, by id. */
  async #decrypted(
    places: readonly RowKey[],
    { nowMs, credentialStatus: { acceptedAtMs, notBeforeMs }, encrypted }: StoredRows,
  ): Promise<ReadonlyMap<string, ReplicaRow>> {
    const hereMs = this.#options.clock.now();
    const rows = new Map<string, ReplicaRow>();
    const { proofMs, onAccepted, encryptions } = this.#options;
    const provenAgoMs = Math.max(0, nowMs - acceptedAtMs);
    if (provenAgoMs > proofMs) return rows;
    onAccepted(this.#identity, hereMs - provenAgoMs);
    const encryption = encryptions.of(this.#identity);
    await Promise.all(
      places.map(async ({ id, place }, index) => {
        const value = encrypted[index];
        const opened = value ? encryption.decrypt(value, place) : null;
        const kept = opened && (await decodeRow(opened));
        if (kept === null || kept.readAtMs <= notBeforeMs) return;
        const { row, status, correlationId } = kept;
        const readAtMs = hereMs - Math.max(0, nowMs - kept.readAtMs);
        rows.set(id, { row, status, correlationId, readAtMs });
      }),
    );
    return rows;
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

function leaseOf(key: string): string {
  return `${key}:asked`;
}

/** Leases that are released together, after all rows read have been written. */
class RedisLease implements Lease {
  readonly #keys: readonly string[];
  readonly #leases: Leases;
  readonly #writes: ReadonlySet<Promise<unknown>>;
  #underWay = 0;
  #isOver = false;

  constructor(keys: readonly string[], leases: Leases, writes: ReadonlySet<Promise<unknown>>) {
    this.#keys = keys;
    this.#leases = leases;
    this.#writes = writes;
  }

  until(work: Promise<unknown>): void {
    this.#underWay += 1;
    const end = () => {
      this.#underWay -= 1;
      this.releaseUnlessUsed();
    };
    work.then(end, end);
  }

  releaseUnlessUsed(): void {
    if (this.#underWay > 0 || this.#isOver) return;
    this.#isOver = true;
    void Promise.all(this.#writes).then(() => this.#leases.release(this.#keys));
  }
}
