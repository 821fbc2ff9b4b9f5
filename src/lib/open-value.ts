/** List or object of JSON text that is put together from parts of the text. */
export interface OpenValue {
  readonly value: object;
  /** Character code of the bracket that ends it. */
  readonly end: number;
  /** Adds the elements of a text without its brackets; false when there are none. Throws a `SyntaxError` like `JSON.parse`. */
  addParsed(elements: string): boolean;
  /**
   * Key in the text between the end of an element and a list or object that follows; of no meaning in a list. Throws a
   * `SyntaxError` unless that text is a key with its colon, in a list nothing.
   */
  keyIn(text: string): string;
  add(key: string, value: unknown): void;
}

export class OpenList implements OpenValue {
  readonly value: unknown[] = [];
  readonly end = 0x5d;

  addParsed(elements: string): boolean {
    const parsed: unknown[] = JSON.parse(`[${elements}]`);
    for (const element of parsed) this.value.push(element);
    return parsed.length > 0;
  }

  keyIn(text: string): string {
    // The text may be an element without a comma after it, which this refuses.
    if (text !== '') JSON.parse(`[${text}[]]`);
    return '';
  }

  add(_key: string, value: unknown): void {
    this.value.push(value);
  }
}

export class OpenObject implements OpenValue {
  readonly value: Record<string, unknown> = {};
  readonly end = 0x7d;

  addParsed(elements: string): boolean {
    const parsed: Record<string, unknown> = JSON.parse(`{${elements}}`);
    const keys = Object.keys(parsed);
    for (const key of keys) this.add(key, parsed[key]);
    return keys.length > 0;
  }

  keyIn(text: string): string {
    const [key] = Object.keys(JSON.parse(`{${text}[]}`));
    if (key === undefined) throw new TypeError('An object with a list in it has a key.');
    return key;
  }

  add(key: string, value: unknown): void {
    if (key !== '__proto__') this.value[key] = value;
    // The assignment would set the prototype; `JSON.parse` makes a property.
    else {
      Object.defineProperty(this.value, key, { value, writable: true, enumerable: true, configurable: true });
    }
  }
}
