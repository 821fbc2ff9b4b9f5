import type { Rejection, CredentialEvents } from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { RowEncryptions } from './row-encryption.ts';
import type { RedisClient } from './client.ts';
import { KEYS, type RedisConnection } from './connection.ts';

/** Told what other replicas heard of an identity's credential. */
export interface StandingListener {
  /** It was accepted elsewhere, in a call that was sent at this time of `performance.now()`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void;
  refused(identity: UpstreamIdentity, refusal: Rejection): void;
}

/** What is known of the entries of one resource at a moment; times are those of Redis in milliseconds. */
export interface CredentialStatus {
  /** When the upstream accepted the credential last; -Infinity when that is not known, or it was refused since. */
  readonly acceptedAtMs: number;
  /** What is older than this must not be shown. */
  readonly notBeforeMs: number;
}

const REFUSED = 'refused';
/** What is refused beyond that in one outage is told to nobody: nothing that is kept outlives its proof. */
const MOST_UNTOLD = 1_000;

/** What the upstream last said of each identity's credential, to whichever replica. */
export class RedisCredentialStatus implements CredentialEvents {
  readonly #connection: RedisConnection;
  readonly #encryptions: RowEncryptions;
  readonly #interestingMs: number;
  readonly #listener: StandingListener;
  /** When a refusal was last heard of, by what it is of. */
  readonly #heard = new WeakMap<UpstreamIdentity, Map<string, number>>();
  /** What could not be told, for Redis was away. */
  #untold: { readonly identity: UpstreamIdentity; readonly refusal: Rejection }[] = [];

  /** `interestingMs` is the longest that anything is kept. */
  constructor(
    connection: RedisConnection,
    encryptions: RowEncryptions,
    interestingMs: number,
    listener: StandingListener,
  ) {
    this.#connection = connection;
    this.#encryptions = encryptions;
    this.#interestingMs = interestingMs;
    this.#listener = listener;
    connection.onEvent((news) => this.#onEvent(news));
    // What was said while Redis was away, or this process was not connected to it, was not heard.
    connection.onUp(() => {
      this.#tellUntold();
      void this.#catchUp();
    });
  }

  accepted(identity: UpstreamIdentity, sentMs: number): void {
    const agoMs = Math.max(0, Math.round(performance.now() - sentMs));
    this.#connection
      .ask('standing', (client) =>
        client.acceptCredential([this.#keyOf(identity)], agoMs, this.#interestingMs),
      )
      // The next call tells it again.
      .catch(() => undefined);
  }

  rejected(identity: UpstreamIdentity, refusal: Rejection): void {
    const { name } = this.#encryptions.of(identity);
    const news = JSON.stringify({ refused: name, refusal, from: this.#connection.replica });
    this.#connection
      .ask('standing', (client) =>
        client.refuseCredential(
          [this.#keyOf(identity)],
          this.#interestingMs,
          this.#connection.eventChannel,
          news,
          ...(refusal === null ? [REFUSED] : fieldsOf(refusal)),
        ),
      )
      .catch(() => {
        if (this.#untold.length < MOST_UNTOLD) this.#untold.push({ identity, refusal });
      });
  }

  /** To be asked together with what it is about. */
  async read(
    client: RedisClient,
    identity: UpstreamIdentity,
    about: NonNullable<Rejection>,
  ): Promise<CredentialStatus> {
    const reply = await client.hmGet(this.#keyOf(identity), ['accepted', REFUSED, ...fieldsOf(about)]);
    const [accepted = 0, ...refusals] = reply.map(Number);
    return { acceptedAtMs: accepted > 0 ? accepted : -Infinity, notBeforeMs: Math.max(0, ...refusals) };
  }

  #tellUntold(): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const { identity, refusal } of untold) this.rejected(identity, refusal);
  }

  #keyOf(identity: UpstreamIdentity): string {
    return `${KEYS}{${this.#encryptions.of(identity).name}}:standing`;
  }

  #onEvent(text: string): void {
    const news = parseEvent(text);
    if (news === null || news.from === this.#connection.replica) return;
    const identity = this.#encryptions.named(news.refused);
    if (identity !== undefined) this.#listener.refused(identity, news.refusal);
  }

  /** Everything that was refused to an identity since it was asked last, whoever was told. */
  async #catchUp(): Promise<void> {
    for (const identity of this.#encryptions.all()) {
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- there is time, and others wait for Redis
        const marks = await this.#connection.ask('standing', (client) =>
          client.hGetAll(this.#keyOf(identity)),
        );
        this.#heed(identity, marks);
      } catch {
        // It is away again, and this is done anew when it is back.
        return;
      }
    }
  }

  #heed(identity: UpstreamIdentity, marks: Readonly<Record<string, string>>): void {
    const heard = this.#heard.get(identity) ?? new Map<string, number>();
    this.#heard.set(identity, heard);
    for (const [field, value] of Object.entries(marks)) {
      const atMs = Number(value);
      if (field === 'accepted' || atMs <= (heard.get(field) ?? 0)) continue;
      heard.set(field, atMs);
      this.#listener.refused(identity, rejectionOf(field));
    }
  }
}

function fieldsOf({ resource, permissions }: NonNullable<Rejection>): string[] {
  return [`resource ${resource}`, ...permissions.map((permission) => `permission ${permission}`)];
}

function rejectionOf(field: string): Rejection {
  if (field === REFUSED) return null;
  const [kind = '', name = ''] = field.split(' ');
  return kind === 'resource' ? { resource: name, permissions: [] } : { resource: '', permissions: [name] };
}

interface StatusEvent {
  /** Name of the identity. */
  readonly refused: string;
  readonly refusal: Rejection;
  readonly from: string;
}

/** Null for other news, and for what is none: who can write to Redis can publish anything. */
function parseEvent(text: string): StatusEvent | null {
  try {
    const news: Partial<Record<keyof StatusEvent, unknown>> | null = JSON.parse(text);
    if (typeof news !== 'object' || typeof news?.refused !== 'string' || typeof news.from !== 'string')
      return null;
    return { refused: news.refused, refusal: parseRejection(news.refusal), from: news.from };
  } catch {
    return null;
  }
}

/** What cannot be read counts as all of it. */
function parseRejection(value: unknown): Rejection {
  const { resource, permissions }: { resource?: unknown; permissions?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  if (typeof resource !== 'string' || !Array.isArray(permissions)) return null;
  return { resource, permissions: permissions.filter((each) => typeof each === 'string') };
}
