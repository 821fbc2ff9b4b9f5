/** Position of a value in a list. */
export interface Entry<Value> {
  readonly value: Value;
}

class Node<Value> implements Entry<Value> {
  readonly value: Value;
  before: Node<Value> | null = null;
  after: Node<Value> | null = null;

  constructor(value: Value) {
    this.value = value;
  }
}

/**
 * Values in order of use. A linked list and not a `Map` in insertion order: until its next full garbage collection, V8 keeps
 * the deleted entries of a long-lived `Map` that changes all the time.
 */
export class LruList<Value> {
  #oldest: Node<Value> | null = null;
  #latest: Node<Value> | null = null;

  /** Least recently used value. */
  get oldest(): Value | undefined {
    return this.#oldest?.value;
  }

  /** Adds a value as the most recently used. */
  add(value: Value): Entry<Value> {
    const node = new Node(value);
    this.#append(node);
    return node;
  }

  /** Marks the entry as used just now. */
  touch(entry: Entry<Value>): void {
    if (!(entry instanceof Node) || entry === this.#latest) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  /** Removes an entry, which must be in this list. */
  remove(entry: Entry<Value>): void {
    if (entry instanceof Node) this.#unlink(entry);
  }

  /** Oldest first. The current value may be removed during the iteration. */
  *[Symbol.iterator](): Generator<Value> {
    for (let node = this.#oldest; node !== null;) {
      const { after } = node;
      yield node.value;
      node = after;
    }
  }

  #append(node: Node<Value>): void {
    node.before = this.#latest;
    if (this.#latest === null) this.#oldest = node;
    else this.#latest.after = node;
    this.#latest = node;
  }

  #unlink(node: Node<Value>): void {
    if (node.before === null) this.#oldest = node.after;
    else node.before.after = node.after;
    if (node.after === null) this.#latest = node.before;
    else node.after.before = node.before;
    node.before = null;
    node.after = null;
  }
}
