import type { ASTNode } from 'graphql';
import type { UpstreamError } from '../errors.ts';
import { ClientError } from '../operations/client-error.ts';

export type FailurePath = readonly (string | number)[];

/** Entities that one failure left unknown. */
export interface FailedEntities {
  readonly type: string;
  readonly ids: readonly string[];
  /** True when another entity failed, on which these depend. */
  readonly isIndirect: boolean;
}

/** Fields with the same response keys, whatever their list indices. */
interface AffectedFields {
  readonly pattern: string;
  /** First of them in the order of the answer. */
  path: FailurePath;
  nodes: readonly ASTNode[];
  type: string;
}

type IdsByType = Map<string, Set<string>>;

/**
 * Everything that one failed call left unknown, as one error for clients. One call can leave thousands of fields unknown, under
 * few patterns: a field costs two look-ups and a comparison of its path.
 */
export class FailedCall {
  readonly reason: UpstreamError;
  readonly #byPattern = new Map<string, AffectedFields>();
  /** Executors give the errors of a field's rows one array of nodes. */
  readonly #byNodes = new Map<readonly ASTNode[], AffectedFields>();
  readonly #direct: IdsByType = new Map();
  readonly #indirect: IdsByType = new Map();

  constructor(reason: UpstreamError) {
    this.reason = reason;
  }

  /** Adds a field. `nodes` are empty when the field is not null, but less than it should be. */
  add({ type, ids, isIndirect }: FailedEntities, path: FailurePath, nodes: readonly ASTNode[] = []): void {
    const fields = this.#fieldsAt(path, nodes);
    if (fields === null) this.#addFields(type, path, nodes);
    else if (isBefore(path, fields.path)) {
      fields.path = path;
      fields.nodes = nodes;
      fields.type = type;
    }
    const byType = isIndirect ? this.#indirect : this.#direct;
    let known = byType.get(type);
    if (known === undefined) {
      known = new Set();
      byType.set(type, known);
    }
    for (const id of ids) known.add(id);
  }

  #fieldsAt(path: FailurePath, nodes: readonly ASTNode[]): AffectedFields | null {
    const known = this.#byNodes.get(nodes);
    if (known !== undefined && isAlike(path, known.path)) return known;
    return this.#byPattern.get(patternOf(path)) ?? null;
  }

  #addFields(type: string, path: FailurePath, nodes: readonly ASTNode[]): void {
    const fields = { pattern: patternOf(path), path, nodes, type };
    this.#byPattern.set(fields.pattern, fields);
    if (nodes.length > 0) this.#byNodes.set(nodes, fields);
  }

  /** @param data Data of the result, whose objects have the order of the fields. */
  toError(data: unknown): ClientError {
    const inOrder = [...this.#byPattern.values()].toSorted((a, b) => compareByPlace(a.path, b.path, data));
    const [first] = inOrder;
    if (first === undefined) throw new TypeError('An error for clients needs a failure.');
    const { message, ...facts } = this.reason.failure;
    const [affected, ...also] = this.#affectedEntities();
    return new ClientError(`${first.type}: ${message}.`, {
      nodes: first.nodes,
      path: first.path,
      extensions: {
        ...facts,
        affected: {
          ...affected,
          paths: inOrder.map(({ pattern }) => pattern),
          ...(also.length > 0 && { also }),
        },
      },
    });
  }

  /**
   * Several types can depend on one call, as a contact on the campaign that knows its list. The type called for comes first.
   */
  #affectedEntities(): { type: string; ids: string[] }[] {
    const types = new Set([...this.#direct.keys(), ...this.#indirect.keys()]);
    return [...types].map((type) => {
      const ids = new Set([...(this.#direct.get(type) ?? []), ...(this.#indirect.get(type) ?? [])]);
      return { type, ids: [...ids] };
    });
  }
}

/** `campaignInteractions.nodes.*.agent.email`: response keys, and a star for every index of a list. */
function patternOf(path: FailurePath): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

/** True for paths of one pattern. */
function isAlike(a: FailurePath, b: FailurePath): boolean {
  return (
    a.length === b.length &&
    a.every((key, at) => key === b[at] || (typeof key === 'number' && typeof b[at] === 'number'))
  );
}

/** Order in the answer of paths of one pattern. */
function isBefore(a: FailurePath, b: FailurePath): boolean {
  for (const [at, key] of a.entries()) {
    const other = b[at];
    if (key !== other) return Number(key) < Number(other);
  }
  return false;
}

/** Compares paths by their order in the answer. Fields fail in the order in which calls end, which varies. */
export function compareByPlace(a: FailurePath, b: FailurePath, data: unknown): number {
  let node = data;
  for (const [depth, key] of a.entries()) {
    const other = b[depth];
    if (other === undefined) return 1;
    if (key !== other) {
      if (typeof key === 'number' && typeof other === 'number') return key - other;
      const keys = Object.keys(node ?? {});
      return keys.indexOf(String(key)) - keys.indexOf(String(other));
    }
    node = typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
  }
  return a.length - b.length;
}
