import type { FieldNode } from 'graphql';

/** Keys of positions of a query: field nodes that are merged under one response key, at whatever places of the answer. */
export class PositionKeys {
  readonly #numbers = new Map<FieldNode, number>();

  /** Key by which positions with the same field nodes are equal. */
  of(nodes: readonly FieldNode[]): string {
    return nodes.map((node) => this.#numberOf(node)).join();
  }

  #numberOf(node: FieldNode): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(node, number);
    }
    return number;
  }
}
