import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { AnswerInFlight } from '../answers/answer-in-flight.ts';
import type { GatewayContext } from '../context.ts';
import { AnswerMeter, type Pace } from '../executor/answer-meter.ts';
import { Executor } from '../executor/executor.ts';
import { subscribe } from '../executor/subscribe.ts';
import type { OwnWork, WorkEnd } from '../lib/own-work.ts';
import { noRoomForAnswer } from '../operations/no-room-for-answer.ts';
import { answerTooSlow, queryTooExpensive } from '../operations/query-too-expensive.ts';
import { PlainReference } from '../datasources/wire/reference.ts';

export interface ExecutorPluginOptions {
  /** The hit at which an operation is compiled: 1 at once, Infinity never. @default that of the executor */
  readonly compileAtHit?: number | undefined;
  /** The most fields that an answer may have. */
  readonly maxAnswerFields: number;
}

/**
 * Executes operations in place of Yoga's executor, which cannot be interrupted. Ends an execution as soon as the answer has
 * too many fields, its time is over, or its client has gone: the estimate before the execution can be too low, because only
 * the upstream's answers show the real number. Parsed documents are kept by their text (`document-cache.ts`), so equal texts
 * share one document and its compiled operations. Each event of a subscription is an answer of its own.
 */
export function useExecutor({
  compileAtHit,
  maxAnswerFields,
}: ExecutorPluginOptions): Plugin<GatewayContext> {
  const executor = new Executor({ compileAtHit, memoization: memoizedReferences });

  function executeWithin(
    args: ExecutionArgs,
    { work, answer }: GatewayContext,
  ): ExecutionResult | Promise<ExecutionResult> {
    const pace = new AnswerPace(work, answer);
    const meter = new AnswerMeter({ maxFields: maxAnswerFields, pace });
    const executed = executor.execute(args, meter);
    const finished = (result: ExecutionResult | void) => {
      if (result === undefined || meter.hasEnded) return endedResult(meter, pace);
      answer.made(meter.length);
      return result;
    };
    return executed instanceof Promise
      ? Promise.race([executed, meter.end]).then(finished)
      : finished(executed);
  }

  return {
    onExecute({ args: { contextValue }, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeWithin(args, contextValue));
    },
    onSubscribe({ args: { contextValue }, setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => subscribe(args, (event) => executeWithin(event, contextValue)));
    },
  };
}

/** Looks at the pace, half a millisecond apart, during which an execution is short. Ordinary answers are complete by then. */
const SHORT_LOOKS = 48;

/** Pace of an execution as part of the work on its request, whose answer takes room beside others. */
class AnswerPace implements Pace {
  readonly work: OwnWork;
  readonly answer: AnswerInFlight;
  #end: WorkEnd | 'room' | null = null;
  #looks = 0;

  constructor(work: OwnWork, answer: AnswerInFlight) {
    this.work = work;
    this.answer = answer;
  }

  /** Reason for which the execution had to stop; null when it had not. */
  get end(): WorkEnd | 'room' | null {
    return this.#end;
  }

  isDue(): boolean {
    this.#looks += 1;
    return this.work.isDue(this.#looks <= SHORT_LOOKS);
  }

  turn(): Promise<void> {
    return this.work.turn();
  }

  admit(fields: number): boolean {
    this.#end ??= this.work.end ?? (this.answer.grow(fields) ? null : 'room');
    return this.#end === null;
  }
}

/** Result that replaces an answer that has ended before it was complete. */
function endedResult(
  { fields, maxFields, isExceeded }: AnswerMeter,
  { end, work, answer }: AnswerPace,
): ExecutionResult {
  if (isExceeded) {
    const message = `The answer has at least ${fields} fields, and ${maxFields} are allowed (MAX_ANSWER_FIELDS).`;
    return {
      errors: [queryTooExpensive(message, { limit: 'answerFields', asked: fields, allowed: maxFields })],
    };
  }
  if (end === 'room') return { errors: [noRoomForAnswer(answer.capacity)] };
  if (end === 'time') return { errors: [answerTooSlow(work.elapsedMs, work.allowedMs)] };
  // Nobody reads it.
  return { data: null };
}

/** Plain references have memoizable answers, which depend on nothing but the reference's own properties. */
const memoizedReferences = {
  isMemoizable: (source: object): source is PlainReference => source instanceof PlainReference,
  keyOf: ({ id }: PlainReference): unknown => id,
  areAlike: (source: PlainReference, other: PlainReference): boolean =>
    source.id === other.id && source.ownName === other.ownName && source.selfUri === other.selfUri,
};
