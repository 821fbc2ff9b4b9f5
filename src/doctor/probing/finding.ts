/** What the gateway can do where it was examined, from best to worst. */
const verdicts = ['works', 'works with less', 'does not work'] as const;

export type Verdict = (typeof verdicts)[number];

export type FindingStatus = 'ok' | 'warn' | 'fail' | 'could not tell';

/** Result of one check. Holds no credential, and no URL that could have one. */
export interface Finding {
  /** Name of what was checked, such as `login`; stable, because scripts look for it. */
  readonly name: string;
  readonly status: FindingStatus;
  /** What was found, and what it means, in sentences. */
  readonly message: string;
  /** More of the message, too long for its line, in sentences. */
  readonly details: readonly string[];
  /** What to do about it, in sentences; null where there is nothing to do. */
  readonly advice: string | null;
  /** What the finding leaves of the gateway. */
  readonly result: Verdict;
  /** The same as data, by names of their own. */
  readonly facts: Readonly<Record<string, unknown>>;
}

interface FindingParts {
  readonly details?: readonly string[];
  readonly advice?: string | null;
  readonly result?: Verdict;
  readonly facts?: Readonly<Record<string, unknown>>;
}

const usualResults = {
  ok: 'works',
  warn: 'works with less',
  fail: 'does not work',
  'could not tell': 'works with less',
} as const satisfies Readonly<Record<FindingStatus, Verdict>>;

/** Finding with the usual result of its status, unless another is given. */
export function finding(
  name: string,
  status: FindingStatus,
  message: string,
  { details = [], advice = null, result = usualResults[status], facts = {} }: FindingParts = {},
): Finding {
  return { name, status, message, details, advice, result, facts };
}

/** The worst of the results. */
export function worstOf(findings: readonly Pick<Finding, 'result'>[]): Verdict {
  return verdicts.findLast((verdict) => findings.some(({ result }) => result === verdict)) ?? 'works';
}
