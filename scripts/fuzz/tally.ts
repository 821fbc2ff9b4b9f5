/** Number of requests, also by kind and status. */
export class Tally {
  requests = 0;
  readonly byKind = new Map<string, Map<string, number>>();

  /** Counts a request. A null status means no answer, which is right for some kinds. */
  count(kind: string, status: number | null): void {
    this.requests += 1;
    const statuses = this.byKind.get(kind) ?? new Map<string, number>();
    this.byKind.set(kind, statuses);
    const key = status === null ? 'none' : String(status);
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
  }
}
