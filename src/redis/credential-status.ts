import type { Refusal, StandingNews } from '../identity/credential-events.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { IdentitySeals } from './row-encryption.ts';
import type { RedisClient } from './client.ts';
import { KEYS, type RedisLink } from './connection.ts';

/** Told what other replicas heard of an identity's credential. */
export interface StandingListener {
  /** It was accepted elsewhere, in a call that was sent at this time of `performance.now()`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void;
  refused(identity: UpstreamIdentity, refusal: Refusal): void;
}

/** What is known of the entries of one resource at a moment; times are those of Redis in milliseconds. */
export interface Standing {
  /** When the upstream accepted the credential last; -Infinity when that is not known, or it was refused since. */
  readonly acceptedAtMs: number;
  /** What is older than this must not be shown. */
  readonly notBeforeMs: number;
}

const REFUSED = 'refused';
/** What is refused beyond that in one outage is told to nobody: nothing that is kept outlives its proof. */
const MOST_UNTOLD = 1_000;

/** What the upstream last said of each identity's credential, to whichever replica. */
export class RedisStanding implements StandingNews {
  readonly #link: RedisLink;
  readonly #seals: IdentitySeals;
  readonly #interestingMs: number;
  readonly #listener: StandingListener;
  /** When a refusal was last heard of, by what it is of. */
  readonly #heard = new WeakMap<UpstreamIdentity, Map<string, number>>();
  /** What could not be told, for Redis was away. */
  #untold: { readonly identity: UpstreamIdentity; readonly refusal: Refusal }[] = [];

  /** `interestingMs` is the longest that anything is kept. */
  constructor(link: RedisLink, seals: IdentitySeals, interestingMs: number, listener: StandingListener) {
    this.#link = link;
    this.#seals = seals;
    this.#interestingMs = interestingMs;
    this.#listener = listener;
    link.onNews((news) => this.#onNews(news));
    // What was said while Redis was away, or this process was not connected to it, was not heard.
    link.onUp(() => {
      this.#tellUntold();
      void this.#catchUp();
    });
  }

  accepted(identity: UpstreamIdentity, sentMs: number): void {
    const agoMs = Math.max(0, Math.round(performance.now() - sentMs));
    this.#link
      .ask('standing', (client) =>
        client.acceptCredential([this.#keyOf(identity)], agoMs, this.#interestingMs),
      )
      // The next call tells it again.
      .catch(() => undefined);
  }

  refused(identity: UpstreamIdentity, refusal: Refusal): void {
    const { name } = this.#seals.of(identity);
    const news = JSON.stringify({ refused: name, refusal, from: this.#link.replica });
    this.#link
      .ask('standing', (client) =>
        client.refuseCredential(
          [this.#keyOf(identity)],
          this.#interestingMs,
          this.#link.newsChannel,
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
    about: NonNullable<Refusal>,
  ): Promise<Standing> {
    const reply = await client.hmGet(this.#keyOf(identity), ['accepted', REFUSED, ...fieldsOf(about)]);
    const [accepted = 0, ...refusals] = reply.map(Number);
    return { acceptedAtMs: accepted > 0 ? accepted : -Infinity, notBeforeMs: Math.max(0, ...refusals) };
  }

  #tellUntold(): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const { identity, refusal } of untold) this.refused(identity, refusal);
  }

  #keyOf(identity: UpstreamIdentity): string {
    return `${KEYS}{${this.#seals.of(identity).name}}:standing`;
  }

  #onNews(text: string): void {
    const news = parseNews(text);
    if (news === null || news.from === this.#link.replica) return;
    const identity = this.#seals.named(news.refused);
    if (identity !== undefined) this.#listener.refused(identity, news.refusal);
  }

  /** Everything that was refused to an identity since it was asked last, whoever was told. */
  async #catchUp(): Promise<void> {
    for (const identity of this.#seals.all()) {
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- there is time, and others wait for Redis
        const marks = await this.#link.ask('standing', (client) => client.hGetAll(this.#keyOf(identity)));
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
      this.#listener.refused(identity, refusalOf(field));
    }
  }
}

function fieldsOf({ resource, permissions }: NonNullable<Refusal>): string[] {
  return [`resource ${resource}`, ...permissions.map((permission) => `permission ${permission}`)];
}

function refusalOf(field: string): Refusal {
  if (field === REFUSED) return null;
  const [kind = '', name = ''] = field.split(' ');
  return kind === 'resource' ? { resource: name, permissions: [] } : { resource: '', permissions: [name] };
}

interface News {
  /** Name of the identity. */
  readonly refused: string;
  readonly refusal: Refusal;
  readonly from: string;
}

/** Null for other news, and for what is none: who can write to Redis can publish anything. */
function parseNews(text: string): News | null {
  try {
    const news: Partial<Record<keyof News, unknown>> | null = JSON.parse(text);
    if (typeof news !== 'object' || typeof news?.refused !== 'string' || typeof news.from !== 'string')
      return null;
    return { refused: news.refused, refusal: parseRefusal(news.refusal), from: news.from };
  } catch {
    return null;
  }
}

/** What cannot be read counts as all of it. */
function parseRefusal(value: unknown): Refusal {
  const { resource, permissions }: { resource?: unknown; permissions?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  if (typeof resource !== 'string' || !Array.isArray(permissions)) return null;
  return { resource, permissions: permissions.filter((each) => typeof each === 'string') };
}
