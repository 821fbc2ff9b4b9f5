import { guard } from './complete-value.ts';
import { type Answer, fail, fieldsIn, type Request, type Site } from './state.ts';

/**
 * Sources that say everything that their answers depend on, so that of two that are alike one needs to be answered. Hundreds of
 * rows refer to a handful of entities.
 */
export interface Repeats<Source extends object = object> {
  isRepeatable(source: object): source is Source;
  /** What two that are alike have in common and most others have not. */
  keyOf(source: Source): unknown;
  areAlike(source: Source, other: Source): boolean;
}

export const noRepeats: Repeats<never> = {
  isRepeatable: (_source): _source is never => false,
  keyOf: () => null,
  areAlike: () => false,
};

/** How generated text has an answer again that was made before; undefined where it has to be made, or waited for. */
export function recalledly(repeats: Repeats) {
  return function recalled(request: Request, number: number, source: object): unknown {
    const known = alike(repeats, request.answers[number]?.get(repeats.keyOf(source)), source);
    if (known === undefined || known.value instanceof Promise) return undefined;
    request.size.add(known.fields ?? 0);
    return known.value;
  };
}

/** So many that differ are looked through for a source; what comes after that is made each time. */
const MOST_ALTERNATIVES = 4;

function alike(repeats: Repeats, first: Answer | undefined, source: object): Answer | undefined {
  let answer = first;
  while (answer !== undefined && !repeats.areAlike(answer.source, source)) answer = answer.other;
  return answer;
}

function countOf(first: Answer | undefined): number {
  let count = 0;
  for (let answer = first; answer !== undefined; answer = answer.other) count += 1;
  return count;
}

/** How generated text answers a source that `repeats` says can be repeated. What is promised has failed where it stands already. */
export function repeatedly(repeats: Repeats) {
  return function repeated(
    request: Request,
    site: Site,
    source: object,
    indices: readonly number[],
  ): unknown {
    const answers = (request.answers[site.number] ??= new Map<unknown, Answer>());
    const key = repeats.keyOf(source);
    const others = answers.get(key);
    const known = alike(repeats, others, source);
    if (known !== undefined) {
      if (!(known.value instanceof Promise)) {
        request.size.add(known.fields ?? 0);
        return known.value;
      }
      // With errors it is made again, for they have places of their own; what was loaded for it is there by then.
      const again = () => madeAgain(request, site, source, indices);
      return known.value.then((value: unknown) => {
        if (known.failuresBefore !== failuresAt(request, site)) return again();
        request.size.add((known.fields ??= fieldsIn(site, value)));
        return value;
      }, again);
    }
    const failuresBefore = failuresAt(request, site);
    const fieldsBefore = request.size.fields;
    const value = made(request, site, source, indices);
    // Without a promise it is known now whether anything failed.
    const isRepeatable = value instanceof Promise || failuresBefore === failuresAt(request, site);
    if (isRepeatable && countOf(others) < MOST_ALTERNATIVES) {
      const fields = value instanceof Promise ? null : request.size.fields - fieldsBefore;
      answers.set(key, { source, value, failuresBefore, fields, other: others });
    }
    return guard(request, site, value, indices);
  };
}

function made(request: Request, site: Site, source: object, indices: readonly number[]): unknown {
  if (site.completion === null) throw new TypeError('Only objects are repeated.');
  return site.completion(request, source, ...indices);
}

function madeAgain(request: Request, site: Site, source: object, indices: readonly number[]): unknown {
  try {
    return guard(request, site, made(request, site, source, indices), indices);
  } catch (error) {
    return fail(request, site, error, indices);
  }
}

function failuresAt(request: Request, site: Site): number {
  return request.failuresAt[site.number] ?? 0;
}
