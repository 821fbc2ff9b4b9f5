import { UpstreamError } from '../errors.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { UpstreamRead } from './answer.ts';
import { type Budget, budgetOfAll } from './budget.ts';
import type { RequestScope, Step, StepContext, UpstreamReader } from './call.ts';
import type { RequestDedupe } from './request-dedupe.ts';
import { serialize } from './request.ts';
import type { BatchTrace } from './trace.ts';
import { spent } from './with-budget.ts';
import { ofResource } from './with-retries.ts';

/**
 * First step: equal reads under way are one call, for which the budgets of all its followers pay. A request without budget
 * may still join one; otherwise it is refused (`QUERY_TOO_EXPENSIVE`). Each follower is rejected at its own deadline
 * (`UPSTREAM_TIMEOUT`).
 */
export function withDedupe(
  { observer }: StepContext,
  dedupe: RequestDedupe,
  next: Step,
): (requestScope: RequestScope) => UpstreamReader {
  /** Traces of the reads under way that are traced. */
  const traces = new WeakMap<InFlight, BatchTrace>();
  /** Budgets of requests that joined a read under way. */
  const budgets = new WeakMap<InFlight, Budget[]>();

  return (requestScope) =>
    async (request, waiting = null) => {
      const { identity, caller, budget, deadline, usage } = requestScope;
      const toSend = serialize(request);
      // Refused before other requests can join the read: they may have budget left.
      if (budget.left === 0 && !dedupe.isUnderWay(identity, toSend)) {
        throw spent(observer, budget, request.resource);
      }
      let isOwn = false;
      const work = (shared: InFlight) => {
        isOwn = true;
        const trace = requestScope.trace?.batch(request.resource) ?? null;
        const joint = budgetOfAll(budget, () => budgets.get(shared) ?? []);
        const owner = { identity, caller, budget: joint, trace, usage };
        const call = { owner, request: { ...request, serialize: () => toSend }, shared };
        if (trace === null) return next(call);
        traces.set(shared, trace);
        return ended(() => next(call), trace, request.keys);
      };
      const noteShared = (shared: InFlight) => {
        if (!isOwn) {
          const joined = budgets.get(shared);
          if (joined === undefined) budgets.set(shared, [budget]);
          else joined.push(budget);
        }
        const trace = waiting && traces.get(shared);
        if (trace) waiting.comesBy(trace);
      };
      try {
        return await dedupe.read(identity, toSend, deadline, work, noteShared);
      } catch (error) {
        throw ofResource(error, request.resource);
      } finally {
        if (!isOwn) usage.shared();
      }
    };
}

/** Ends the trace of a read when the read is over. */
async function ended(
  read: () => Promise<UpstreamRead>,
  trace: BatchTrace,
  keys: number,
): Promise<UpstreamRead> {
  try {
    const answered = await read();
    trace.end(keys, null);
    return answered;
  } catch (error) {
    trace.end(keys, error instanceof UpstreamError ? error.failure : null);
    throw error;
  }
}
