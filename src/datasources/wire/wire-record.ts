import { UnknownValueError } from '../../errors.ts';
import type { AnswerFault } from '../../upstream/answer.ts';
import { isBoundedJson } from '../../lib/json-bounds.ts';
import { epochMsOf, utcTextOf } from './date-time.ts';
import { type EntityOrigin, type Origin, unknownValue } from './origin.ts';
import { isId } from './ids.ts';
import { nameIn, type Reference, referenceFrom } from './reference.ts';

/** Names of the vendor's properties that are declared as `Value`. */
type KeysOf<Wire, Value> = {
  [Key in keyof Wire]-?: NonNullable<Wire[Key]> extends Value ? Key : never;
}[keyof Wire];

const MAX_INT = 2 ** 31 - 1;

/**
 * Row of the upstream, checked property by property on access: a getter of a subclass costs nothing until a field selects
 * it. The vendor's types say which property may be read as which type, so a removed or changed property is a compile error.
 * At run time every property may still be absent, null or of another type. Absent and null read as null. An unreadable
 * value throws an `UnknownValueError`, which affects that one field.
 */
export abstract class WireRecord<Wire extends object> {
  readonly origin: Origin;
  readonly #wire: Partial<Record<keyof Wire, unknown>>;

  constructor(wire: object, origin: Origin) {
    this.#wire = wire;
    this.origin = origin;
  }

  /** Null for an empty text, by which the upstream says that there is none. */
  protected text(key: KeysOf<Wire, string>): string | null {
    const value = this.#wire[key];
    // Fast path: nearly all of the thousands of values in an answer are text.
    if (typeof value === 'string') return value === '' ? null : value;
    return this.checked(value, isText);
  }

  /** Null for a name of blanks. */
  protected nameAt(key: KeysOf<Wire, string>): string | null {
    return nameIn(this.checked(this.#wire[key], isText));
  }

  /** Text that somebody wrote, which may be empty. */
  protected writtenText(key: KeysOf<Wire, string>): string | null {
    return this.checked(this.#wire[key], isText);
  }

  protected flag(key: KeysOf<Wire, boolean>): boolean | null {
    return this.checked(this.#wire[key], isFlag);
  }

  /** Whole number in the range of GraphQL's Int. */
  protected integer(key: KeysOf<Wire, number>): number | null {
    return this.checked(this.#wire[key], isInt32);
  }

  protected float(key: KeysOf<Wire, number>): number | null {
    return this.checked(this.#wire[key], isFloat);
  }

  /** Text in the form yyyy-MM-ddTHH:mm:ss[.mmm]Z. */
  protected dateTime(key: KeysOf<Wire, string>): string | null {
    const text = this.checked(this.#wire[key], isText, 'date');
    return text === null ? null : (utcTextOf(text) ?? this.fault('date'));
  }

  /** Epoch milliseconds; null also for an unreadable value, for callers that can do without it. */
  protected epochMs(key: KeysOf<Wire, string>): number | null {
    const value = this.#wire[key];
    return typeof value === 'string' ? epochMsOf(value) : null;
  }

  /** `isUsable` as for `referenceFrom`. */
  protected reference(key: KeysOf<Wire, object>, isUsable = isId): Reference | null {
    return referenceFrom(this.nested(key, 'reference'), this.origin, isUsable);
  }

  /** Reference whose id, and perhaps name and URI, are properties of this row. */
  protected referenceBy(
    id: KeysOf<Wire, string>,
    name?: KeysOf<Wire, string>,
    selfUri?: KeysOf<Wire, string>,
  ): Reference | null {
    const wire = this.#wire;
    const reference = { id: wire[id], name: name && wire[name], selfUri: selfUri && wire[selfUri] };
    return referenceFrom(reference, this.origin);
  }

  /** References without an id are left out, because they refer to nothing. */
  protected references(key: KeysOf<Wire, readonly object[]>): Reference[] | null {
    const rows: unknown[] | null = this.checked(this.#wire[key], isList);
    return (
      rows &&
      mapped(rows, (row) => {
        const object = this.checked(row, isObject);
        return object && referenceFrom(object, this.origin);
      })
    );
  }

  protected list(key: KeysOf<Wire, readonly object[]>): object[] | null {
    return this.#elements(key, isObject);
  }

  protected texts(key: KeysOf<Wire, readonly string[]>): string[] | null {
    return this.#elements(key, isText);
  }

  /** Elements of a list, without nulls. */
  #elements<Value>(key: keyof Wire, isValue: (value: unknown) => value is Value): Value[] | null {
    const elements: unknown[] | null = this.checked(this.#wire[key], isList);
    return elements && mapped(elements, (element) => this.checked(element, isValue));
  }

  protected nested(key: KeysOf<Wire, object>, fault: AnswerFault = 'value'): object | null {
    return this.checked(this.#wire[key], isObject, fault);
  }

  /** JSON object that is passed on as it is. */
  protected json(key: KeysOf<Wire, object>): object | null {
    const value = this.nested(key);
    return value === null || isBoundedJson(value) ? value : this.fault('json');
  }

  /** Throws an `UnknownValueError` for this fault. */
  protected fault(fault: AnswerFault): never {
    throw unknownValue(this.origin, fault);
  }

  protected checked<Value>(
    value: unknown,
    isValue: (value: unknown) => value is Value,
    fault: AnswerFault = 'value',
  ): Value | null {
    if (value === undefined || value === null) return null;
    return isValue(value) ? value : this.fault(fault);
  }
}

/** Row of an entity; also a reference to itself. */
export abstract class EntityRecord<Wire extends { name?: string; selfUri?: string }>
  extends WireRecord<Wire>
  implements Reference
{
  readonly id: string;

  readonly #named: { readonly name?: unknown; readonly selfUri?: unknown };

  constructor(wire: object, origin: EntityOrigin) {
    super(wire, origin);
    this.id = origin.id;
    this.#named = wire;
  }

  get ownName(): string | null {
    return nameIn(this.checked(this.#named.name, isText));
  }
  get selfUri(): string | null {
    const uri = this.checked(this.#named.selfUri, isText);
    return uri === '' ? null : uri;
  }
  get refusal(): UnknownValueError | undefined {
    return isId(this.id) ? undefined : unknownValue(this.origin, 'reference');
  }
}

/** Result of `read`; null when it throws an `UnknownValueError`. */
export function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return null;
    throw error;
  }
}

/** Results of `map` without nulls. `flatMap` takes several times as long, and an array filled by `push` more memory. */
export function mapped<Element, Value>(
  elements: readonly Element[],
  map: (element: Element) => Value | null,
): Value[] {
  const values = elements.map((element) => map(element));
  return values.every(isPresent) ? values : values.filter(isPresent);
}

function isPresent<Value>(value: Value | null): value is Value {
  return value !== null;
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= MAX_INT;
}

function isFloat(value: unknown): value is number {
  return Number.isFinite(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
