import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import { MappedStream } from '../executor/mapped-stream.ts';

type OnExecute<Context extends object> = NonNullable<Plugin<Context>['onExecute']>;
type OperationArgs<Context extends object> = Parameters<OnExecute<Context>>[0]['args'];

type Results = ExecutionResult | AsyncIterableIterator<ExecutionResult>;

interface Leaving<Context extends object> {
  readonly args: OperationArgs<Context>;
  readonly result: Results;
  readonly setResult: (result: Results) => void;
}

/** Functions that a plugin has called around each operation. */
export interface OperationHooks<Context extends object> {
  /** Called before the operation runs. A returned result is the client's answer, and the operation does not run. */
  readonly before?: (args: OperationArgs<Context>) => ExecutionResult | null;
  /**
   * Called with each result before it leaves: the one result of a query, each event of a subscription, or each part of an
   * incremental delivery. Returns the result that leaves instead, or the same; a promise only where that takes long.
   */
  readonly each?: (
    result: ExecutionResult,
    args: OperationArgs<Context>,
  ) => ExecutionResult | Promise<ExecutionResult>;
  /** Called once when no further result leaves: after the last one, or when the client has stopped reading. */
  readonly end?: (args: OperationArgs<Context>) => void;
}

/**
 * Hooks of a plugin that hold for every operation, whatever executes it: envelop has one set of hooks for `execute` and
 * another for `subscribe`, with others again for results that come one by one.
 */
export function onOperation<Context extends object = YogaInitialContext>({
  before,
  each,
  end,
}: OperationHooks<Context>): Required<Pick<Plugin<Context>, 'onExecute' | 'onSubscribe'>> {
  function leaving({ args, result, setResult }: Leaving<Context>): void | Promise<void> {
    if (isAsyncIterable(result)) {
      // Envelop's own hook for the end is not called for a stream that fails.
      const mapping = {
        map: (part: ExecutionResult) => (each ? each(part, args) : part),
        end: end && (() => end(args)),
      };
      setResult(new MappedStream(result, mapping));
    } else {
      const leave = (left: ExecutionResult) => {
        if (left !== result) setResult(left);
        end?.(args);
      };
      const left = each === undefined ? result : each(result, args);
      return left instanceof Promise ? left.then(leave) : leave(left);
    }
  }
  const hasLeaving = each !== undefined || end !== undefined;
  const onDone = { onExecuteDone: leaving };
  const onResult = {
    // A subscription that begins no stream has an error or two, for which no hook needs long.
    onSubscribeResult: (subscribed: Leaving<Context>) => void leaving(subscribed),
  };

  return {
    onExecute({ args, setResultAndStopExecution }) {
      const refusal = before?.(args) ?? null;
      if (refusal !== null) setResultAndStopExecution(refusal);
      return hasLeaving ? onDone : undefined;
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = before?.(args) ?? null;
      if (refusal !== null) setResultAndStopExecution(refusal);
      return hasLeaving ? onResult : undefined;
    },
  };
}
