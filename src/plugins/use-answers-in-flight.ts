import type { Plugin } from 'graphql-yoga';
import type { AnswerContext } from '../answers/answer-context.ts';
import type { GatewayContext } from '../context.ts';
import { noRoomForAnswer } from '../operations/no-room-for-answer.ts';

/**
 * Lets an operation run when there is room for its answer beside the others in flight. Refuses it with 503 if there is none
 * before its deadline; nothing is spent upstream then.
 *
 * Events of a subscription make room when they are made and written, because each is an answer of its own.
 */
export function useAnswersInFlight(): Plugin<GatewayContext, AnswerContext> {
  return {
    onExecute({ args: { contextValue }, setResultAndStopExecution }) {
      const { answer } = contextValue;
      const begin = (isAdmitted: boolean) => {
        if (!isAdmitted) setResultAndStopExecution({ errors: [noRoomForAnswer(answer.capacity)] });
      };
      const admitted = answer.reserve();
      return admitted instanceof Promise ? admitted.then(begin) : begin(admitted);
    },
    onResponse({ serverContext: { answer, res } }) {
      // A response without a socket is handed over here. Other answers are in flight until their connection has them.
      if (res === undefined) answer?.release();
    },
  };
}
