import { type RefusalCause, UpstreamError } from '../errors.ts';
import { withinTime } from '../lib/deadline.ts';
import { OneAfterAnother } from '../lib/one-after-another.ts';
import { parseInPieces } from '../lib/parse-in-pieces.ts';
import { HUGE_BYTES, Slices } from '../lib/slices.ts';
import type { Turns } from '../lib/turns.ts';
import type { ConnectedCall, Step, StepContext } from './call.ts';
import { quotaReportOf } from './http/error-answer.ts';
import type { HttpRequest, Transport } from './http/transport.ts';
import { LargeRead, LargeReads } from './large-reads.ts';
import { outcomeOf } from './observer.ts';
import { readAnswer } from './read-answer.ts';
import type { SerializedRequest } from './request.ts';
import type { CallTrace } from './trace.ts';

/** Receives a resource, the status of the answer and the cause. */
export type RefusalObserver = (resource: string, status: number | undefined, cause: RefusalCause) => void;

interface SendOptions extends StepContext {
  /** Base of the REST API; a path in it is kept. */
  readonly apiUrl: string;
  /** Upper bound for one exchange. */
  readonly upstreamTimeoutMs: number;
  /** Turns of the event loop, for parsing large answers. */
  readonly turns: Turns;
  /** Called for refusals that are none of the call or its credential. */
  readonly onRefusal?: RefusalObserver | undefined;
}

/**
 * Last step: makes one exchange and reads its answer, reports both, and emits `accepted` and `denied`. Rejects with an
 * `UpstreamError` unless a 2xx answer with a JSON body came in time.
 */
export function sendOver(
  { clock, observer, credentialEvents, apiUrl, upstreamTimeoutMs, turns, onRefusal }: SendOptions,
  transport: Transport,
): Step<ConnectedCall> {
  const { origin, pathname } = new URL(apiUrl);
  const basePath = pathname.replace(/\/+$/, '');
  const largeReads = new LargeReads();
  const hugeParses = new OneAfterAnother();

  return (call) =>
    withinTime(clock, upstreamTimeoutMs, call.signal, async (signal) => {
      const { owner, request, serialized, permit, connection, token, sentMs } = call;
      const { resource, permissions } = request;
      permit.sent();
      owner.usage.sent();
      const trace = owner.trace?.call(serialized, call.waitedMs) ?? null;
      let largeRead: LargeRead | undefined;
      try {
        const address = { origin, path: basePath + serialized.target };
        connection.isUsed = true;
        const got = await transport.exchange(address, httpRequest(token, serialized, trace), signal, {
          onLarge(length) {
            largeRead = new LargeRead(owner.caller, request.isList ?? false, length);
            return largeReads.enter(largeRead);
          },
          onEnd: connection.end,
        });
        permit.answered(quotaReportOf(got.headers));
        const reading = readAnswer(serialized, got, clock.epochMs(), (bytes) => {
          const parse = () => parseInPieces(bytes, new Slices(turns, signal), serialized.exactNumbers);
          return bytes.length > HUGE_BYTES ? hugeParses.run(parse) : parse();
        });
        const read = reading instanceof Promise ? await reading : reading;
        trace?.answered(read.answer);
        credentialEvents.accepted(owner.identity, sentMs);
        observer.called(resource, 'ok', serialized.keys, clock.now() - sentMs);
        return read;
      } catch (error) {
        trace?.failed(error instanceof UpstreamError ? error.failure : null);
        if (!(error instanceof UpstreamError)) throw error;
        const outcome = call.signal.aborted ? 'given_up' : outcomeOf(error);
        observer.called(resource, outcome, serialized.keys, clock.now() - sentMs);
        const { upstreamStatus: status } = error.failure;
        const isOfOthers = error.refusedBy !== null;
        if (error.refusedBy !== null) onRefusal?.(resource, status, error.refusedBy);
        // Whoever refused it, data read before is no longer shown.
        if (status === 403) credentialEvents.denied(owner.identity, { resource, permissions, isOfOthers });
        throw error;
      } finally {
        if (largeRead !== undefined) largeReads.leave(largeRead);
      }
    });
}

function httpRequest(
  token: string,
  { method, bodyText }: SerializedRequest,
  trace: CallTrace | null,
): HttpRequest {
  const plain = { accept: 'application/json', authorization: `Bearer ${token}` };
  const headers = trace === null ? plain : { ...plain, ...trace.headers };
  return bodyText === undefined
    ? { method, headers }
    : { method, headers: { ...headers, 'content-type': 'application/json' }, body: bodyText };
}
