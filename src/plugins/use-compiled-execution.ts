import { execute as executeOrdinarily, type ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AnswerSize } from '../executor/answer-size.ts';
import { CompiledExecutor } from '../executor/compiled-executor.ts';
import { subscribe } from '../executor/subscribe.ts';
import { countInto } from '../executor/wrap-resolvers.ts';
import { queryTooExpensive } from '../operations/query-too-expensive.ts';
import { PlainReference } from '../datasources/wire/reference.ts';

export interface CompiledExecutionOptions {
  /** The hit at which an operation is compiled: 1 at once, Infinity never. @default 3 */
  readonly compileAtHit?: number | undefined;
  /** The most fields that an answer may have. @default Infinity */
  readonly maxAnswerFields?: number;
}

type ExecuteFn = Parameters<Parameters<NonNullable<Plugin['onExecute']>>[0]['setExecuteFn']>[0];
type Executed = ReturnType<ExecuteFn>;

/**
 * Executes operations that are sent repeatedly by code compiled for them, and others as Yoga does. Ends either execution as
 * soon as the answer has too many fields: the estimate before the execution can be too low, because only the upstream's
 * answers show the real number. Parsed documents are kept by their text (`document-cache.ts`), so equal texts share one
 * document. Each event of a subscription is an answer of its own and executed like one.
 */
export function useCompiledExecution({
  compileAtHit = 3,
  maxAnswerFields = Infinity,
}: CompiledExecutionOptions = {}): Plugin {
  const executor = new CompiledExecutor({ compileAtHit, memoization: memoizedReferences });

  function execute(args: ExecutionArgs, size: AnswerSize, executeFn: ExecuteFn): Executed {
    const compiled = executor.execute(args, size);
    if (compiled !== null) return compiled;
    countInto(size, args);
    return executeFn(args);
  }

  function executeWithin(args: ExecutionArgs, executeFn: ExecuteFn): Executed {
    const size = new AnswerSize(maxAnswerFields);
    const executed = execute(args, size, executeFn);
    const ended = (result: unknown) => (size.isExceeded ? answerTooLarge(size) : result);
    return executed instanceof Promise
      ? Promise.race([executed, size.exceeded]).then(ended)
      : ended(executed);
  }

  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeWithin(args, executeFn));
    },
    onSubscribe({ setSubscribeFn }) {
      // Yoga's executor takes a subscription's event for the subscription itself.
      setSubscribeFn((args: ExecutionArgs) =>
        subscribe(args, (event) => executeWithin(event, executeOrdinarily)),
      );
    },
  };
}

/** Result that replaces an answer that has become too large. */
function answerTooLarge({ fields, maxFields }: AnswerSize) {
  const message = `The answer has at least ${fields} fields, and ${maxFields} are allowed (MAX_ANSWER_FIELDS).`;
  return {
    errors: [queryTooExpensive(message, { limit: 'answerFields', asked: fields, allowed: maxFields })],
  };
}

/** Plain references have memoizable answers, which depend on nothing but the reference's own properties. */
const memoizedReferences = {
  isMemoizable: (source: object): source is PlainReference => source instanceof PlainReference,
  keyOf: ({ id }: PlainReference): unknown => id,
  areAlike: (source: PlainReference, other: PlainReference): boolean =>
    source.id === other.id && source.ownName === other.ownName && source.selfUri === other.selfUri,
};
