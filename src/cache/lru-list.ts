/** A place in a list. */
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
 * Values by how recently they were used. Linked, and not a `Map` in order of insertion: of a long-lived one that is changed
 * all the time V8 keeps what was deleted until its next full collection.
 */
export class LruList<Value> {
  #oldest: Node<Value> | null = null;
  #latest: Node<Value> | null = null;

  /** The value that was not used for longest. */
  get oldest(): Value | undefined {
    return this.#oldest?.value;
  }

  /** Adds a value as the latest one. */
  add(value: Value): Entry<Value> {
    const node = new Node(value);
    this.#append(node);
    return node;
  }

  /** It was used just now. */
  touch(entry: Entry<Value>): void {
    if (!(entry instanceof Node) || entry === this.#latest) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  /** Takes it out of the list that it is in. */
  remove(entry: Entry<Value>): void {
    if (entry instanceof Node) this.#unlink(entry);
  }

  /** From the oldest on. The one that it is at may be removed meanwhile. */
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
