import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';

/** Row of one id, read by another process or earlier by this one. */
export interface ReplicaRow {
  /** JSON; null when the upstream does not know the id. */
  readonly row: Buffer | null;
  /** Status of the answer that held the row. */
  readonly status: number;
  readonly correlationId: string | undefined;
  /** Arrival of that answer, on the monotonic clock of this process. */
  readonly readAtMs: number;
}

/** JSON of rows by id; null for ids that the upstream does not know. */
export type RowTexts = ReadonlyMap<string, string | Buffer | null>;

/** Rows that a call has just read, to be shared with other processes. */
export interface RowsToShare {
  /** JSON by id; null for ids that the upstream does not know. Made later for a large answer, or rejects. */
  readonly rows: RowTexts | Promise<RowTexts>;
  readonly expand: readonly string[];
  readonly status: number;
  readonly correlationId: string | undefined;
  /** TTLs of ids that the upstream knows and of those that it does not. */
  readonly ttlMs: number;
  readonly negativeTtlMs: number;
}

/** Exclusive right of this process to read some ids; expires when the process dies. */
export interface Lease {
  /** Keeps the lease until the work has settled. */
  until(work: Promise<unknown>): void;
  /** Releases the lease unless work is under way. */
  releaseUnlessUsed(): void;
}

export interface Leased {
  /** Rows that the store holds by now. */
  readonly rows: ReadonlyMap<string, ReplicaRow>;
  /** Ids leased to this process; other processes are reading the rest. */
  readonly mine: ReadonlySet<string>;
  readonly lease: Lease;
}

/**
 * Rows of one resource for one identity, shared between processes. The store may become unavailable at any moment: `get` and
 * `lease` then give null, and the caller goes on without it. Nothing rejects.
 */
export interface ReplicaStore {
  readonly isAvailable: boolean;
  /** Rows of these ids that may be shown, with exactly these expand values; one round trip for all. */
  get(ids: readonly string[], expand: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow> | null>;
  /** Leases those of the ids that no other process has leased. */
  lease(ids: readonly string[], expand: readonly string[]): Promise<Leased | null>;
  /** Waits until a lease on one of the ids is released, for a short while, or until the signal aborts. */
  waitForRelease(ids: readonly string[], expand: readonly string[], signal: Signal): Promise<void>;
  /** Shares rows with the other processes. */
  set(read: RowsToShare): void;
}

/** Stores of rows that processes with the same credential share. */
export interface ReplicaStores {
  /** `scope` is the namespace of the ids, empty when the resource has only one. */
  of(
    identity: UpstreamIdentity,
    resource: { readonly name: string; readonly permissions: readonly string[] },
    scope: string,
  ): ReplicaStore;
}
