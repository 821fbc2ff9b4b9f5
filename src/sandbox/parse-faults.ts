import type { Fault } from './fault.ts';
import { RESOURCE_NAMES } from './resource-names.ts';

export interface ParsedFaults {
  readonly faults: readonly Fault[];
  /** Each problem names the position of the fault, the field, and the expected value. */
  readonly problems: readonly string[];
}

interface FaultField {
  readonly required?: boolean;
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

type FaultFields = Readonly<Record<string, FaultField>>;

const number = (least: number, most = Infinity): Omit<FaultField, 'required'> => ({
  expected: most === Infinity ? `a number from ${least} up` : `a number from ${least} to ${most}`,
  fits: (value) => typeof value === 'number' && value >= least && value <= most,
});
const oneOf = (...values: readonly unknown[]): Omit<FaultField, 'required'> => ({
  expected: `one of ${values.join(', ')}`,
  fits: (value) => values.includes(value),
});
const text: FaultField = { expected: 'a text', fits: (value) => typeof value === 'string' };
const texts = {
  expected: 'an array of texts',
  fits: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0;

const SCOPE: FaultFields = {
  resource: oneOf('*', 'api', ...RESOURCE_NAMES),
  rate: number(0, 1),
  times: number(0),
  token: text,
  burst: {
    expected: 'an object of two whole numbers from 1 up, length and every',
    fits: (value) => hasOnly(value, 'length', 'every') && isCount(value['length']) && isCount(value['every']),
  },
};

/** Fault kinds that JSON can express, with their own fields. */
const KINDS: Readonly<Record<string, FaultFields>> = {
  status: {
    status: { ...number(200, 599), required: true },
    body: { expected: 'anything', fits: () => true },
    code: text,
    html: oneOf(true, false),
    foreign: oneOf(true, false),
    headers: {
      expected: 'an object of texts',
      fits: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
    },
  },
  rateLimited: {
    retryAfterSeconds: {
      expected: 'a number from 0 up, or null',
      fits: (value) => value === null || number(0).fits(value),
    },
  },
  missingPermissions: { permissions: { ...texts, required: true }, any: oneOf(true, false) },
  refuseIds: {
    ids: {
      required: true,
      expected: 'an array of texts, or an object with a share from 0 to 1',
      fits: (value) => texts.fits(value) || (hasOnly(value, 'share') && number(0, 1).fits(value['share'])),
    },
    status: oneOf(400, 404, 413, 414),
  },
  tooManyIds: { maxIds: { ...number(0), required: true }, status: oneOf(400, 413, 414) },
  cut: {
    maxRows: { expected: 'a whole number from 1 up', fits: isCount, required: true },
    toldBy: oneOf('pageSize', 'pageCount', 'nextUri'),
  },
  delay: { ms: { ...number(0), required: true } },
  hang: {},
  reset: { afterBytes: number(0) },
  truncate: {},
  html: { status: oneOf(200, 502) },
  encoding: { coding: oneOf('gzip', 'deflate', 'br') },
};

/** @param json a JSON array of faults. Never throws: errors are listed in `problems`. */
export function parseFaults(json: string): ParsedFaults {
  const items = parsed(json);
  if (!Array.isArray(items)) return { faults: [], problems: ['must be a JSON array of faults'] };
  const faults: Fault[] = [];
  const problems: string[] = [];
  for (const [index, item] of items.entries()) {
    const wrong = problemsOf(item);
    problems.push(...wrong.map((problem) => `fault ${index + 1}: ${problem}`));
    if (isFault(item, wrong)) faults.push(item);
  }
  return { faults, problems };
}

function problemsOf(item: unknown): string[] {
  if (!isObject(item)) return ['must be an object'];
  const kind = item['kind'];
  const own = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (own === undefined) return [`kind must be one of ${Object.keys(KINDS).join(', ')}`];
  const fields: FaultFields = { ...SCOPE, ...own };
  const unknown = Object.keys(item).filter((name) => name !== 'kind' && !Object.hasOwn(fields, name));
  const wrong = Object.entries(fields).filter(([name, { required = false, fits }]) =>
    item[name] === undefined ? required : !fits(item[name]),
  );
  return [
    ...unknown.map((name) => `${name} is no field of kind ${String(kind)}`),
    ...wrong.map(([name, { expected }]) => `${name} must be ${expected}`),
  ];
}

/** The tables above check all that the type requires; the compiler cannot see that. */
function isFault(_item: unknown, wrong: readonly string[]): _item is Fault {
  return wrong.length === 0;
}

function hasOnly(value: unknown, ...names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.keys(value).every((name) => names.includes(name));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
