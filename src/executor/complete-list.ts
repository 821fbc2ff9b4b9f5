import { SHORT_CODE_UNITS } from '../lib/json-length.ts';
import { awaitPendingList, ignoreRejections } from './await-pending.ts';
import type { Execution } from './state.ts';

/**
 * Elements of a list as an array. Other iterables are counted while they are read: they may have no end.
 *
 * @throws when the answer has ended. Nobody waits for the list's promises then, so their rejections are handled here.
 */
export function elementsOf(execution: Execution, items: Iterable<unknown>): readonly unknown[] {
  // A subclass of Array may have an iterator of its own.
  if (Array.isArray(items) && items[Symbol.iterator] === Array.prototype[Symbol.iterator]) {
    try {
      execution.meter.add(items.length, 1, items.length * SHORT_CODE_UNITS);
    } catch (error) {
      ignoreRejections(items);
      throw error;
    }
    return items;
  }
  const elements: unknown[] = [];
  try {
    for (const item of items) {
      elements.push(item);
      execution.meter.add(1, 1, SHORT_CODE_UNITS);
    }
  } catch (error) {
    ignoreRejections(elements);
    throw error;
  }
  return elements;
}

/**
 * Completes the rest of a list in later turns of the event loop.
 *
 * @param answers Completed elements so far, and room for the others. Resolves with this array.
 * @param from Index of the first element that is not completed.
 */
export async function completeLater(
  { meter }: Execution,
  elements: readonly unknown[],
  answers: unknown[],
  from: number,
  completeElement: (element: unknown, index: number) => unknown,
): Promise<unknown> {
  let isPending = false;
  const put = (index: number, answer: unknown) => {
    answers[index] = answer;
    if (!(answer instanceof Promise)) return;
    isPending = true;
    // Its rejection would be unhandled until the last element is completed.
    answer.catch(() => null);
  };
  for (let index = 0; index < from; index += 1) put(index, answers[index]);
  // Likewise the rejection of an element that is not looked at before a later turn.
  for (const element of elements) if (element instanceof Promise) element.catch(() => null);
  for (let index = from; index < elements.length; index += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (index === from || meter.isDue) await meter.turn();
    put(index, completeElement(elements[index], index));
  }
  return isPending ? awaitPendingList(answers) : answers;
}
