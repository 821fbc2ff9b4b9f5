import * as v from '@badrap/valita';

// Forms of values: how a value is written in the environment, in a file of settings, and as an option of the library.

export type Unit = 'ms' | 'seconds' | 'bytes';

/** Form of a value. What is not among these is a text. */
export type Form =
  | { readonly kind: 'text' }
  /** Path of a file; in a file of settings relative to its folder. */
  | { readonly kind: 'path' }
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly from: number; readonly to: number; readonly unit: Unit | null }
  | { readonly kind: 'duration'; readonly from: number; readonly to: number; readonly unit: 'ms' | 'seconds' }
  /** Number from 0 to 1; below 1 where `to` is excluded. */
  | { readonly kind: 'share'; readonly isBelowOne: boolean }
  /** Texts, in the environment apart by commas. */
  | { readonly kind: 'list' }
  /** Whole numbers by these names, in the environment as `name=number`. */
  | { readonly kind: 'counts'; readonly names: readonly string[] };

/** Schema that parses the text of a value, and the form of it. */
export interface Formed<Value> {
  readonly schema: v.Type<Value>;
  readonly form: Form;
}

const text = v.string();

export function wholeNumber(from: number, to: number, unit: Unit | null = null): Formed<number> {
  const message = `must be a whole number from ${from} to ${to}`;
  const schema = text
    .assert((value) => /^\d{1,11}$/.test(value), message)
    .map(Number)
    .assert((value) => value >= from && value <= to, message);
  return { schema, form: { kind: 'number', from, to, unit } };
}

export const port = wholeNumber(0, 65_535);

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Duration in its unit, or with a unit: `250ms`, `5s`, `2m`, `1h`. */
export function duration(unit: 'ms' | 'seconds', from: number, to: number): Formed<number> {
  const [own, example] = unit === 'ms' ? (['ms', '250ms'] as const) : (['s', '2m'] as const);
  const message = `must be a whole number of ${unit === 'ms' ? 'milliseconds' : 'seconds'} from ${from} to ${to}, or a duration such as 5s or ${example}`;
  const schema = text.chain((value) => {
    const [, digits, suffix = own] = /^(\d{1,11}) ?(ms|s|m|h)?$/.exec(value) ?? [];
    if (digits === undefined || !isSuffix(suffix)) return v.err(message);
    const read = (Number(digits) * MILLISECONDS[suffix]) / MILLISECONDS[own];
    return Number.isInteger(read) && read >= from && read <= to ? v.ok(read) : v.err(message);
  });
  return { schema, form: { kind: 'duration', from, to, unit } };
}

function isSuffix(suffix: string): suffix is keyof typeof MILLISECONDS {
  return Object.hasOwn(MILLISECONDS, suffix);
}

const ON = new Set(['on', 'true', '1']);
const OFF = new Set(['off', 'false', '0']);

export const onOrOff: Formed<boolean> = {
  schema: text.chain((value) => {
    const read = value.toLowerCase();
    if (ON.has(read)) return v.ok(true);
    return OFF.has(read) ? v.ok(false) : v.err('must be on or off (true or false, 1 or 0)');
  }),
  form: { kind: 'switch' },
};

export function choice<const Name extends string>(values: readonly Name[]): Formed<Name> {
  const names = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  const schema = text.chain((value) => {
    const known = values.find((each) => each === value);
    return known === undefined ? v.err(`must be ${names}`) : v.ok(known);
  });
  return { schema, form: { kind: 'choice', values } };
}

export const path: Formed<string> = { schema: text, form: { kind: 'path' } };

export function list<Value>(schema: v.Type<Value>): Formed<Value> {
  return { schema, form: { kind: 'list' } };
}

export const ratio = share(/^(0|1|1\.0+|0?\.\d{1,10})$/, 'must be a number from 0 to 1', false);
export const partOfOne = share(/^(0|0?\.\d{1,10})$/, 'must be a number from 0 to below 1', true);

function share(pattern: RegExp, message: string, isBelowOne: boolean): Formed<number> {
  const schema = text.assert((value) => pattern.test(value), message).map(Number);
  return { schema, form: { kind: 'share', isBelowOne } };
}
