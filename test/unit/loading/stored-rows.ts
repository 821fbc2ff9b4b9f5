import type {
  Lease,
  Leased,
  ReplicaRow,
  ReplicaStore,
  RowTexts,
  RowsToShare,
} from '../../../src/cache/replica-store.ts';

/** A replica store in memory, in which a test plays the other processes. */
export class StoredRows implements ReplicaStore {
  isAvailable = true;
  readonly rows = new Map<string, ReplicaRow>();
  /** Ids that other processes have leased. */
  readonly leasedElsewhere = new Set<string>();
  /** Ids that this process has leased. */
  readonly leasedHere = new Set<string>();
  /** Ids of each answer shared by this process. */
  readonly shared: (readonly string[])[] = [];
  /** JSON of each row shared by this process. */
  readonly texts = new Map<string, string | null>();
  /** Called when a lease is asked for. */
  onLease: () => void = () => undefined;
  /** Number of `get` and `lease`. */
  asked = 0;
  #onRelease = Promise.withResolvers<void>();

  /** Another process reads a user, with this department. */
  put(id: string, department: string, readAtMs: number): void {
    const row = Buffer.from(JSON.stringify({ id, department }));
    this.rows.set(id, { row, status: 200, correlationId: undefined, readAtMs });
  }

  /** Another process finds that the upstream does not know an id. */
  putUnknown(id: string, readAtMs: number): void {
    this.rows.set(id, { row: null, status: 404, correlationId: undefined, readAtMs });
  }

  /** Another process releases its leases. */
  release(): void {
    this.leasedElsewhere.clear();
    this.#onRelease.resolve();
    this.#onRelease = Promise.withResolvers();
  }

  get(ids: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow> | null> {
    this.asked += 1;
    return Promise.resolve(this.isAvailable ? this.#of(ids) : null);
  }

  lease(ids: readonly string[]): Promise<Leased | null> {
    this.asked += 1;
    if (!this.isAvailable) return Promise.resolve(null);
    this.onLease();
    const mine = new Set(ids.filter((id) => !this.leasedElsewhere.has(id)));
    for (const id of mine) this.leasedHere.add(id);
    return Promise.resolve({ rows: this.#of(ids), mine, lease: this.#leaseOf(mine) });
  }

  waitForRelease(): Promise<void> {
    return this.#onRelease.promise;
  }

  set({ rows }: RowsToShare): void {
    if (rows instanceof Promise) void rows.then((later) => this.#share(later));
    else this.#share(rows);
  }

  #share(rows: RowTexts): void {
    this.shared.push([...rows.keys()]);
    for (const [id, row] of rows) this.texts.set(id, row === null ? null : row.toString());
  }

  #of(ids: readonly string[]): Map<string, ReplicaRow> {
    return new Map([...this.rows].filter(([id]) => ids.includes(id)));
  }

  #leaseOf(ids: ReadonlySet<string>): Lease {
    let uses = 0;
    const lease = {
      until: (work: Promise<unknown>) => {
        uses += 1;
        const end = () => {
          uses -= 1;
          lease.releaseUnlessUsed();
        };
        work.then(end, end);
      },
      releaseUnlessUsed: () => {
        if (uses === 0) for (const id of ids) this.leasedHere.delete(id);
      },
    };
    return lease;
  }
}
