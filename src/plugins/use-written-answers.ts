import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { AnswerContext, LargeAnswers } from '../answers/answer-context.ts';
import type { AnswerInFlight } from '../answers/answer-in-flight.ts';
import {
  bytesOf,
  isUnwritten,
  type Unwritten,
  writeAnswer,
  type WrittenAnswer,
} from '../answers/write-answer.ts';
import { MappedStream } from '../executor/mapped-stream.ts';
import { OneAfterAnother } from '../lib/one-after-another.ts';
import { withFewErrors } from '../operations/client-error.ts';
import { noRoomForAnswer } from '../operations/no-room-for-answer.ts';
import { answerTooLong, answerTooSlow } from '../operations/query-too-expensive.ts';

/** Size in UTF-16 code units. Smaller answers go out in one write with their headers. */
const LONGEST_TEXT = 16 * 1024;

type AnswerPlugin = Plugin<AnswerContext, AnswerContext>;
type Result = Exclude<
  Parameters<NonNullable<AnswerPlugin['onExecutionResult']>>[0]['result'],
  AsyncIterable<unknown> | undefined
>;

/**
 * Writes each result as JSON before its response begins, because the response's status says whether the answer fits: one with
 * too many bytes, one that takes too long to write, and one for which there is no room beside the others is replaced by an
 * error. Few errors leave, and quote little. Yoga would write it by one `JSON.stringify`, which cannot be stopped and shares
 * the event loop with nobody.
 *
 * Precedes the plugins that note errors of results, so that they see these too.
 */
export function useWrittenAnswers(maxAnswerBytes: number, largeAnswers: LargeAnswers): AnswerPlugin {
  const hugeOnes = new OneAfterAnother();

  function written(
    result: Result,
    { answer, work }: AnswerContext,
    longestText: number,
    take: (written: WrittenAnswer) => Result,
  ): Result | Promise<Result> {
    const taken = (outcome: WrittenAnswer | Unwritten) => {
      if (isUnwritten(outcome)) {
        answer?.release();
        return { ...refusal(outcome, answer, work), extensions: result.extensions };
      }
      answer?.shrinkTo(bytesOf(outcome));
      return take(outcome);
    };
    // Values that are no JSON: the request ends with Yoga's error.
    const failed = (error: unknown) => {
      answer?.release();
      throw error;
    };
    try {
      const outcome = writeAnswer(shownOf(result), {
        dataLength: answer?.takeDataLength() ?? null,
        maxBytes: maxAnswerBytes,
        work: work ?? null,
        hasRoom: (bytes) => answer?.growTo(bytes) ?? true,
        longestText,
        hugeOnes,
      });
      return outcome instanceof Promise ? outcome.then(taken, failed) : taken(outcome);
    } catch (error) {
      return failed(error);
    }
  }

  function refusal(
    { reason, bytes }: Unwritten,
    answer: AnswerContext['answer'],
    work: AnswerContext['work'],
  ): ExecutionResult {
    if (reason === 'bytes') return { errors: [answerTooLong(bytes, maxAnswerBytes)] };
    if (reason === 'time') return { errors: [answerTooSlow(work?.elapsedMs ?? 0, work?.allowedMs ?? 0)] };
    if (reason === 'room') return { errors: [noRoomForAnswer(answer?.capacity ?? 0)] };
    // Nobody reads it.
    return { data: null };
  }

  return {
    onExecutionResult(executed) {
      const { request, result, context } = executed;
      if (result === undefined) return undefined;
      const { answer, res } = context;
      if (isAsyncIterable(result)) {
        executed.setResult(
          new MappedStream(takenFrom(result, answer), {
            // Events become a part of a text.
            map(event) {
              const few = withFewErrors(event);
              return written(few, context, Infinity, (text) => withText(few, String(text)));
            },
            end: () => answer?.release(),
          }),
        );
        return undefined;
      }
      const finish = (finished: Result) => {
        executed.setResult(finished);
        releaseAtClose(answer, res);
      };
      const few = withFewErrors(result);
      const finished = written(few, context, LONGEST_TEXT, (answered) => {
        if (typeof answered === 'string') return withText(few, answered);
        largeAnswers.set(request, answered);
        // Its data would take as much memory again until the response is sent; that there is some decides the status.
        return withText({ ...few, data: few.data && {} }, '');
      });
      return finished instanceof Promise ? finished.then(finish) : finish(finished);
    },
  };
}

/**
 * Gives an answer's room back once its response is closed. A function of its own: a listener within another one would keep the
 * whole result in memory until then.
 */
function releaseAtClose(answer: AnswerInFlight | undefined, res: ServerResponse | undefined): void {
  if (answer === undefined || res === undefined) return;
  if (res.closed) answer.release();
  else res.once('close', () => answer.release());
}

/** Events of a stream. The next one is wanted when the one before is with its client's connection. */
function takenFrom(events: AsyncIterable<Result>, answer: AnswerInFlight | undefined): AsyncIterable<Result> {
  const source = events[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        answer?.release();
        return source.next();
      },
      return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

/** Result that Yoga writes as this text. Its errors serve the response's head and the log. */
function withText(result: Result, text: string): Result {
  return { ...result, stringify: () => text };
}

/** Result as its client sees it: without what Yoga notes in extensions for itself. */
function shownOf(result: Result): object {
  if (result.extensions?.http === undefined) return result;
  const { http: _, ...shown } = result.extensions;
  return { ...result, extensions: Object.keys(shown).length > 0 ? shown : undefined };
}
