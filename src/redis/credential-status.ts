import { timingSafeEqual } from 'node:crypto';
import type {
  CredentialEvents,
  CredentialSubscriber,
  Denial,
  EventOrigin,
} from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { RowEncryptions } from './row-encryption.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { EVENT_CHANNEL, KEYS } from './keys.ts';
import { FUTURE_MS } from './redis-clock.ts';
import { fieldsOf, type Revocations } from './revocations.ts';

interface StatusLifetimes {
  /** Lifetime of a status in Redis, at least that of any row. */
  readonly ttlMs: number;
  /** Longest time that rows may be shown after the upstream last accepted the credential. */
  readonly proofMs: number;
}

/** Limits for showing rows of one resource; times in milliseconds of the Redis clock. */
export interface CredentialStatus {
  /**
   * Last acceptance of the credential, as a holder of the credential wrote it; -Infinity when unknown, or when the credential
   * was rejected since. May lie in the future.
   */
  readonly acceptedAtMs: number;
  /** Rows read until then must not be shown. */
  readonly notBeforeMs: number;
}

const ACCEPTED = 'accepted';
const REFUSED = 'refused';
/** Time with its proof. */
const PROVEN = /^(\d{1,15}) ([\w-]{43})$/;
/** Denial, or null when the whole credential was revoked. */
type DenialOrAll = Denial | null;
/** Bound on rejections kept for the end of an outage. The rest is lost: no row outlives its credential check anyway. */
const MAX_UNPUBLISHED = 1_000;

/**
 * Upstream's last answer about each identity's credential, to any replica. Publishes what answers to this process say, and
 * emits what other replicas publish.
 */
export class RedisCredentialStatus implements CredentialSubscriber {
  readonly #clock: Clock;
  readonly #connection: RedisConnection;
  readonly #encryptions: RowEncryptions;
  readonly #ttlMs: number;
  readonly #proofMs: number;
  readonly #revocations: Revocations;
  readonly #events: CredentialEvents;
  /** Time of the last known rejection, by hash field. */
  readonly #known = new WeakMap<UpstreamIdentity, Map<string, number>>();
  /** Rejections not yet published because Redis was unavailable. */
  #unpublished: { readonly identity: UpstreamIdentity; readonly denial: DenialOrAll }[] = [];

  constructor(
    clock: Clock,
    connection: RedisConnection,
    encryptions: RowEncryptions,
    { ttlMs, proofMs }: StatusLifetimes,
    revocations: Revocations,
    events: CredentialEvents,
  ) {
    this.#clock = clock;
    this.#connection = connection;
    this.#encryptions = encryptions;
    this.#ttlMs = ttlMs;
    this.#proofMs = proofMs;
    this.#revocations = revocations;
    this.#events = events;
    connection.onEvent((text) => this.#onEvent(text));
    // Events published while Redis or this process's connection was down were missed.
    connection.onUp(() => {
      this.#publishUnpublished();
      void this.#catchUp();
    });
  }

  accepted(identity: UpstreamIdentity, sentMs: number, origin: EventOrigin): void {
    const nowMs = this.#connection.time.nowMs();
    if (origin === 'replica' || nowMs === null || this.#connection.problem !== null) return;
    const encryption = this.#encryptions.of(identity);
    const sentAtMs = nowMs - Math.max(0, Math.round(this.#clock.now() - sentMs));
    const proven = `${sentAtMs} ${encryption.proofOf(ACCEPTED, String(sentAtMs))}`;
    this.#connection
      .tell('standing', (client) =>
        client.acceptCredential([this.#keyOf(identity)], sentAtMs, proven, this.#ttlMs, FUTURE_MS),
      )
      // The next accepted call reports again.
      .catch(() => undefined);
  }

  revoked(identity: UpstreamIdentity, origin: EventOrigin): void {
    this.#revocations.revoked(identity);
    if (origin === 'answer') this.#publish(identity, null);
  }

  denied(identity: UpstreamIdentity, denial: Denial, origin: EventOrigin): void {
    this.#revocations.denied(identity, denial);
    if (origin === 'answer') this.#publish(identity, denial);
  }

  /** Status for rows of `about`, to be read in one write with those rows. */
  async read(client: RedisClient, identity: UpstreamIdentity, about: Denial): Promise<CredentialStatus> {
    const [accepted, ...rejections] = await client.hmGet(this.#keyOf(identity), [
      ACCEPTED,
      REFUSED,
      ...fieldsOf(about),
    ]);
    return {
      acceptedAtMs: this.#acceptedAtMs(identity, accepted),
      notBeforeMs: Math.max(0, ...rejections.map(rejectedAtMs)),
    };
  }

  /** Time of an acceptance whose proof is right. */
  #acceptedAtMs(identity: UpstreamIdentity, accepted: string | null | undefined): number {
    const [, time = '', proof = ''] = PROVEN.exec(accepted ?? '') ?? [];
    if (time === '') return -Infinity;
    const expected = this.#encryptions.of(identity).proofOf(ACCEPTED, time);
    return timingSafeEqual(Buffer.from(proof), Buffer.from(expected)) ? Number(time) : -Infinity;
  }

  #emit(identity: UpstreamIdentity, denial: DenialOrAll): void {
    if (denial === null) this.#events.revoked(identity, 'replica');
    else this.#events.denied(identity, denial, 'replica');
  }

  #publish(identity: UpstreamIdentity, denial: DenialOrAll): void {
    const { name } = this.#encryptions.of(identity);
    const event = JSON.stringify({ refused: name, refusal: denial, from: this.#connection.replica });
    this.#connection
      .tell('standing', (client) =>
        client.refuseCredential(
          [this.#keyOf(identity)],
          // Each made-up token is revoked. Nothing of it is in Redis that would have to be withheld for longer.
          denial === null ? this.#proofMs : this.#ttlMs,
          EVENT_CHANNEL,
          event,
          ...(denial === null ? [REFUSED] : fieldsOf(denial)),
        ),
      )
      .catch(() => {
        if (this.#unpublished.length < MAX_UNPUBLISHED) this.#unpublished.push({ identity, denial });
      });
  }

  #publishUnpublished(): void {
    const unpublished = this.#unpublished;
    this.#unpublished = [];
    for (const { identity, denial } of unpublished) this.#publish(identity, denial);
  }

  #keyOf(identity: UpstreamIdentity): string {
    return `${KEYS}{${this.#encryptions.of(identity).name}}:standing`;
  }

  #onEvent(text: string): void {
    const event = parseEvent(text);
    if (event === null || event.from === this.#connection.replica) return;
    const identity = this.#encryptions.named(event.refused);
    if (identity !== undefined) this.#emit(identity, event.refusal);
  }

  /** Reports all rejections since the last catch-up, whichever replica met them. */
  async #catchUp(): Promise<void> {
    for (const identity of this.#encryptions.all()) {
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- not urgent, and others wait for Redis
        const marks = await this.#connection.ask('standing', (client) =>
          client.hGetAll(this.#keyOf(identity)),
        );
        this.#noteRejections(identity, marks);
      } catch {
        // Redis is unavailable again; `onUp` repeats this.
        return;
      }
    }
  }

  #noteRejections(identity: UpstreamIdentity, marks: Readonly<Record<string, string>>): void {
    const known = this.#known.get(identity) ?? new Map<string, number>();
    this.#known.set(identity, known);
    for (const [field, value] of Object.entries(marks)) {
      const atMs = rejectedAtMs(value);
      if (field === ACCEPTED || atMs <= (known.get(field) ?? 0)) continue;
      known.set(field, atMs);
      this.#emit(identity, denialOf(field));
    }
  }
}

/** Time of a rejection. What is no time withholds everything. */
function rejectedAtMs(value: string | null): number {
  const atMs = Number(value ?? 0);
  return Number.isNaN(atMs) ? Infinity : atMs;
}

function denialOf(field: string): DenialOrAll {
  if (field === REFUSED) return null;
  const [kind = '', name = ''] = field.split(' ');
  return kind === 'resource' ? { resource: name, permissions: [] } : { resource: '', permissions: [name] };
}

interface StatusEvent {
  /** Name of the identity. */
  readonly refused: string;
  readonly refusal: DenialOrAll;
  readonly from: string;
}

/** Null for other events and malformed ones: anyone who can write to Redis can publish anything. */
function parseEvent(text: string): StatusEvent | null {
  try {
    const news: Partial<Record<keyof StatusEvent, unknown>> | null = JSON.parse(text);
    if (typeof news !== 'object' || typeof news?.refused !== 'string' || typeof news.from !== 'string')
      return null;
    return { refused: news.refused, refusal: parseDenial(news.refusal), from: news.from };
  } catch {
    return null;
  }
}

/** Null, which stands for everything, when the value is malformed. */
function parseDenial(value: unknown): DenialOrAll {
  const { resource, permissions }: { resource?: unknown; permissions?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  if (typeof resource !== 'string' || !Array.isArray(permissions)) return null;
  return { resource, permissions: permissions.filter((each) => typeof each === 'string') };
}
