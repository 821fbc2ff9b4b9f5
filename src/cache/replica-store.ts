import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';

/** What another process has read of one id, or this one earlier. */
export interface ReplicaRow {
  /** JSON; null when the upstream does not know the id. */
  readonly row: Buffer | null;
  /** Of the answer that it came with. */
  readonly status: number;
  readonly correlationId: string | undefined;
  /** When that answer came, on this process's clock of `performance.now()`. */
  readonly readAtMs: number;
}

/** What was read by one call just now and is to be shown elsewhere, too. */
export interface RowsToShare {
  /** JSON by id; null for those that the upstream does not know. */
  readonly rows: ReadonlyMap<string, string | Buffer | null>;
  readonly expand: readonly string[];
  readonly status: number;
  readonly correlationId: string | undefined;
  /** For how long the ids that are known may be shown, and those that are not. */
  readonly ttlMs: number;
  readonly negativeTtlMs: number;
}

/** Some ids that only this process asks for until it is done with them, or gone. */
export interface Lease {
  /** It asks until this is settled. */
  until(work: Promise<unknown>): void;
  /** Gives the ids up unless something is under way. */
  releaseUnlessUsed(): void;
}

export interface Leased {
  /** What has come to be known meanwhile. */
  readonly rows: ReadonlyMap<string, ReplicaRow>;
  /** The ids that this process is to ask for; others are being asked for elsewhere. */
  readonly mine: ReadonlySet<string>;
  readonly lease: Lease;
}

/**
 * What the processes that share a store know of one resource, for one identity. It may be gone at any moment: everything gives
 * null then, and whoever asked goes on without. Nothing rejects.
 */
export interface ReplicaStore {
  readonly isAvailable: boolean;
  /** What may be shown of these ids with exactly these expand; all of them in one question. */
  get(ids: readonly string[], expand: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow> | null>;
  /** Claims those of the ids that nobody else asks for. */
  lease(ids: readonly string[], expand: readonly string[]): Promise<Leased | null>;
  /** Waits until one of the ids may be known or free, or for a moment; not longer than the signal allows. */
  waitForRelease(ids: readonly string[], expand: readonly string[], signal: Signal): Promise<void>;
  /** Shows what was read to the others. */
  set(read: RowsToShare): void;
}

/** What is kept beyond this process, shared with others that can show the same credential. */
export interface ReplicaStores {
  /** `scope` is what ids have their meaning in, where that is not the same for all. */
  of(
    identity: UpstreamIdentity,
    resource: { readonly name: string; readonly permissions: readonly string[] },
    scope: string,
  ): ReplicaStore;
}
