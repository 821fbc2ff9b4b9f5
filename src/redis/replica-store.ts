import type {
  Claim,
  Claimed,
  ReplicatedRow,
  ReplicatedShelf,
  RowsToShow,
  SecondLevel,
} from '../cache/replica-store.ts';
import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { IdentitySeal, IdentitySeals } from './row-encryption.ts';
import type { Leases } from './leases.ts';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import { KEYS, RedisAway, type RedisLink } from './connection.ts';
import type { RedisStanding, Standing } from './credential-status.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

export interface SecondLevelMeans {
  readonly link: RedisLink;
  readonly seals: IdentitySeals;
  readonly leases: Leases;
  readonly standing: RedisStanding;
  /** How long what is kept may be shown without the upstream having accepted the credential, wherever. */
  readonly proofMs: number;
  /** Told when the upstream accepted a credential last as far as is known elsewhere, on the clock of `performance.now()`. */
  readonly onAccepted: (identity: UpstreamIdentity, sentMs: number) => void;
}

/** What is kept in Redis: each row by itself, sealed for who has the credential that it was read with. */
export class RedisSecondLevel implements SecondLevel {
  readonly #means: SecondLevelMeans;
  readonly #clock = new RedisClock();

  constructor(means: SecondLevelMeans) {
    this.#means = means;
  }

  shelfOf(...[identity, resource, scope]: Parameters<SecondLevel['shelfOf']>): ReplicatedShelf {
    return new RedisShelf(this.#means, this.#clock, identity, resource, scope);
  }
}

/** What time it is in Redis, as far as it was asked of late. */
class RedisClock {
  #toldMs = 0;
  #heardAtMs = 0;

  /** Takes seconds and microseconds. */
  heard([seconds, micros = '0']: readonly string[]): number {
    this.#toldMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    this.#heardAtMs = performance.now();
    return this.#toldMs;
  }

  /** Null before it was heard. */
  nowMs(): number | null {
    return this.#heardAtMs === 0 ? null : Math.floor(this.#toldMs + performance.now() - this.#heardAtMs);
  }
}

/** Where something of an id is found. */
interface Place {
  readonly id: string;
  readonly place: string;
  readonly key: string;
}

interface Answer {
  readonly nowMs: number;
  readonly standing: Standing;
  readonly sealed: readonly (Buffer | null)[];
}

class RedisShelf implements ReplicatedShelf {
  readonly #means: SecondLevelMeans;
  readonly #clock: RedisClock;
  readonly #identity: UpstreamIdentity;
  readonly #resource: { readonly name: string; readonly permissions: readonly string[] };
  readonly #scope: string;
  /** What is on its way to Redis. */
  readonly #writes = new Set<Promise<unknown>>();

  constructor(
    means: SecondLevelMeans,
    clock: RedisClock,
    identity: UpstreamIdentity,
    resource: { readonly name: string; readonly permissions: readonly string[] },
    scope: string,
  ) {
    this.#means = means;
    this.#clock = clock;
    this.#identity = identity;
    this.#resource = resource;
    this.#scope = scope;
  }

  get isThere(): boolean {
    const { link, proofMs } = this.#means;
    return link.isUp && proofMs > 0;
  }

  async look(
    ids: readonly string[],
    parts: readonly string[],
  ): Promise<ReadonlyMap<string, ReplicatedRow> | null> {
    const places = this.#placesOf(ids, parts);
    try {
      const answer = await this.#means.link.ask('cache', (client, inBytes) =>
        this.#read(client, inBytes, places),
      );
      return await this.#opened(places, answer);
    } catch (error) {
      return nullIfAway(error);
    }
  }

  async claim(ids: readonly string[], parts: readonly string[]): Promise<Claimed | null> {
    const places = this.#placesOf(ids, parts);
    const { link, leases } = this.#means;
    const mine = new Set<string>();
    const taken: string[] = [];
    let taking: readonly Promise<void>[] = [];
    const take = async (client: RedisClient, { id, key }: Place) => {
      const lease = leaseOf(key);
      if (!(await leases.take(client, lease))) return;
      mine.add(id);
      taken.push(lease);
    };
    try {
      const answer = await link.ask('leases', async (client, inBytes) => {
        taking = places.map((place) => take(client, place));
        // Read after the leases were taken: who gave one up has shown before what came of it.
        const [read] = await Promise.all([this.#read(client, inBytes, places), ...taking]);
        return read;
      });
      const rows = await this.#opened(places, answer);
      return { rows, mine, claim: new RedisClaim(taken, leases, this.#writes) };
    } catch (error) {
      // Some may come late all the same.
      void Promise.allSettled(taking).then(() => taken.length > 0 && leases.release(taken));
      return nullIfAway(error);
    }
  }

  changed(ids: readonly string[], parts: readonly string[], signal: Signal): Promise<void> {
    const keys = this.#placesOf(ids, parts).map(({ key }) => leaseOf(key));
    return this.#means.leases.released(keys, signal);
  }

  show(read: RowsToShow): void {
    const readAtMs = this.#clock.nowMs();
    if (readAtMs === null || !this.isThere) return;
    const write = this.#write(read, readAtMs)
      // Who does not find it asks for it.
      .catch(() => undefined)
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  async #write(read: RowsToShow, readAtMs: number): Promise<void> {
    const { rows, parts, status, correlationId, lifeMs, absenceMs } = read;
    const seal = this.#means.seals.of(this.#identity);
    const entries = await Promise.all(
      [...rows].map(async ([id, row]) => {
        const { place, key } = this.#placeOf(id, parts, seal);
        const encoded = await encodeRow({ readAtMs, status, correlationId, row });
        const value = row === null ? Math.min(lifeMs, absenceMs) : lifeMs;
        return { key, sealed: seal.seal(encoded, place), expiration: { type: 'PX', value } as const };
      }),
    );
    await this.#means.link.ask('cache', (client) =>
      Promise.all(entries.map(({ key, sealed, expiration }) => client.set(key, sealed, { expiration }))),
    );
  }

  async #read(client: RedisClient, inBytes: RedisClientInBytes, places: readonly Place[]): Promise<Answer> {
    const about = { resource: this.#resource.name, permissions: this.#resource.permissions };
    const [time, standing, sealed] = await Promise.all([
      client.time(),
      this.#means.standing.read(client, this.#identity, about),
      inBytes.mGet(places.map(({ key }) => key)),
    ]);
    return { nowMs: this.#clock.heard(time), standing, sealed };
  }

  /** What of it may be shown. */
  async #opened(
    places: readonly Place[],
    { nowMs, standing: { acceptedAtMs, notBeforeMs }, sealed }: Answer,
  ): Promise<ReadonlyMap<string, ReplicatedRow>> {
    const hereMs = performance.now();
    const rows = new Map<string, ReplicatedRow>();
    const { proofMs, onAccepted, seals } = this.#means;
    const provenAgoMs = Math.max(0, nowMs - acceptedAtMs);
    if (provenAgoMs > proofMs) return rows;
    onAccepted(this.#identity, hereMs - provenAgoMs);
    const seal = seals.of(this.#identity);
    await Promise.all(
      places.map(async ({ id, place }, index) => {
        const value = sealed[index];
        const opened = value ? seal.open(value, place) : null;
        const kept = opened && (await decodeRow(opened));
        if (kept === null || kept.readAtMs <= notBeforeMs) return;
        const { row, status, correlationId } = kept;
        const readAtMs = hereMs - Math.max(0, nowMs - kept.readAtMs);
        rows.set(id, { row, status, correlationId, readAtMs });
      }),
    );
    return rows;
  }

  #placesOf(ids: readonly string[], parts: readonly string[]): Place[] {
    const seal = this.#means.seals.of(this.#identity);
    return ids.map((id) => this.#placeOf(id, parts, seal));
  }

  #placeOf(id: string, parts: readonly string[], seal: IdentitySeal): Place {
    const place = seal.place(this.#resource.name, this.#scope, parts.toSorted().join(' '), id);
    return { id, place, key: `${KEYS}{${seal.name}}:${place}` };
  }
}

/** Any other error is a defect. */
function nullIfAway(error: unknown): null {
  if (error instanceof RedisAway) return null;
  throw error;
}

function leaseOf(key: string): string {
  return `${key}:asked`;
}

/** Leases that are given up together, after all that was read has been shown. */
class RedisClaim implements Claim {
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
      this.dropUnlessUsed();
    };
    work.then(end, end);
  }

  dropUnlessUsed(): void {
    if (this.#underWay > 0 || this.#isOver) return;
    this.#isOver = true;
    void Promise.all(this.#writes).then(() => this.#leases.release(this.#keys));
  }
}
