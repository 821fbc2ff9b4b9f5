import { UpstreamError } from '../errors.ts';
import type { CredentialSubscriber } from '../identity/credential-events.ts';
import type { IdentityKey, UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Signal } from '../lib/signal.ts';
import { FairQueue, type WaitingCall } from './quota/fair-queue.ts';

/** Identities that count as known: at least so many of those that were accepted last, and twice as many at most. */
export const LEAST_KNOWN = 4096;

interface WaitingForConnection extends WaitingCall {
  readonly letIn: (connection: UpstreamConnection) => void;
}

/** Figures for metrics. */
export interface ConnectionFigures {
  readonly used: number;
  readonly waiting: number;
}

/** Right to one connection, which ends once. */
export class UpstreamConnection {
  readonly isOfKnown: boolean;
  readonly #onEnd: (connection: UpstreamConnection) => void;
  /** True once an exchange uses the connection, whose end ends the right. */
  isUsed = false;

  constructor(isOfKnown: boolean, onEnd: (connection: UpstreamConnection) => void) {
    this.isOfKnown = isOfKnown;
    this.#onEnd = onEnd;
  }

  /** To be called once. */
  readonly end = (): void => this.#onEnd(this);
}

/**
 * Bound of the connections to the upstream that API calls use at once. Identities take turns. Those whose credential the
 * upstream has accepted go first, and always have half of the connections: made-up tokens cost as many calls as anybody cares
 * to send. An eighth is for the others, so that new credentials get known.
 */
export class UpstreamConnections implements CredentialSubscriber {
  readonly #known = new FairQueue<WaitingForConnection>();
  readonly #unknown = new FairQueue<WaitingForConnection>();
  /** Identities accepted since the set was begun, and those of the set before. */
  #accepted = new Set<IdentityKey>();
  #acceptedBefore = new Set<IdentityKey>();
  readonly #max: number;
  readonly #mostOfUnknown: number;
  readonly #leastForUnknown: number;
  #used = 0;
  #usedByUnknown = 0;

  /** `max` is the number of connections for API calls. */
  constructor(max: number) {
    this.#max = max;
    this.#mostOfUnknown = Math.ceil(this.#max / 2);
    this.#leastForUnknown = Math.ceil(this.#max / 8);
  }

  /**
   * Connection for one exchange, mostly at once. Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) when as many calls of
   * unknown identities wait as may be under way, and rejects with the signal's reason on abort.
   */
  acquire(
    identity: UpstreamIdentity,
    isList: boolean,
    signal: Signal,
  ): UpstreamConnection | Promise<UpstreamConnection> {
    const isKnown = this.#isKnown(identity);
    const queue = isKnown ? this.#known : this.#unknown;
    if (queue.size === 0 && this.#hasRoom(isKnown)) return this.#begin(isKnown);
    if (!isKnown && queue.size >= this.#mostOfUnknown) throw tooManyUnknown();
    return this.#wait(queue, identity, isList, signal);
  }

  get figures(): ConnectionFigures {
    return { used: this.#used, waiting: this.#known.size + this.#unknown.size };
  }

  accepted({ key }: UpstreamIdentity): void {
    if (this.#accepted.has(key)) return;
    if (this.#accepted.size >= LEAST_KNOWN) {
      this.#acceptedBefore = this.#accepted;
      this.#accepted = new Set();
    }
    this.#accepted.add(key);
  }

  revoked({ key }: UpstreamIdentity): void {
    this.#accepted.delete(key);
    this.#acceptedBefore.delete(key);
  }

  #isKnown({ key }: UpstreamIdentity): boolean {
    return this.#accepted.has(key) || this.#acceptedBefore.has(key);
  }

  #hasRoom(isKnown: boolean): boolean {
    if (this.#used >= this.#max) return false;
    return isKnown || this.#usedByUnknown < this.#mostOfUnknown;
  }

  #begin(isOfKnown: boolean): UpstreamConnection {
    this.#used += 1;
    if (!isOfKnown) this.#usedByUnknown += 1;
    return new UpstreamConnection(isOfKnown, this.#onEnd);
  }

  readonly #onEnd = ({ isOfKnown }: UpstreamConnection): void => {
    this.#used -= 1;
    if (!isOfKnown) this.#usedByUnknown -= 1;
    while (this.#used < this.#max) {
      const isKnownsTurn = this.#known.size > 0 && !this.#isUnknownsTurn;
      if (!isKnownsTurn && !(this.#unknown.size > 0 && this.#hasRoom(false))) return;
      const next = (isKnownsTurn ? this.#known : this.#unknown).take();
      next?.letIn(this.#begin(isKnownsTurn));
    }
  };

  get #isUnknownsTurn(): boolean {
    return this.#unknown.size > 0 && this.#usedByUnknown < this.#leastForUnknown;
  }

  #wait(
    queue: FairQueue<WaitingForConnection>,
    { key }: UpstreamIdentity,
    isList: boolean,
    signal: Signal,
  ): Promise<UpstreamConnection> {
    return new Promise((resolve, reject) => {
      const waiting: WaitingForConnection = {
        party: key,
        isList,
        letIn(connection) {
          signal.removeEventListener('abort', onAbort);
          resolve(connection);
        },
      };
      const onAbort = () => {
        queue.remove(waiting);
        signal.removeEventListener('abort', onAbort);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort);
      queue.add(waiting);
    });
  }
}

function tooManyUnknown(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'too many calls with credentials that the upstream has not accepted yet wait for a connection',
    retryAfterSeconds: 1,
  });
}
