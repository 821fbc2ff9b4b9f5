import {
  defaultTypeResolver,
  type FieldNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  isAbstractType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { awaitPendingList, isPromiseLike, PendingObject, throwAfter, throwAtOnce } from './await-pending.ts';
import { collectFields, type FieldWalk } from './collect-fields.ts';
import { completeLater, elementsOf } from './complete-list.ts';
import { complete } from './complete-value.ts';
import { includedByVariables } from './conditions.ts';
import { selectedField, selectedObject } from './select-positions.ts';
import {
  argumentsOf,
  type Execution,
  fail,
  infoOf,
  type Operation,
  ResponsePosition,
  type SelectedObject,
} from './state.ts';

type Indices = readonly number[];

/**
 * Executes an operation without compiling it: positions are selected when the answer first gets to them. Slower than
 * compiled code by a multiple, but ready at once, and for every operation.
 *
 * @returns The data or their promise; throws or rejects with the error that makes the data null.
 */
export function interpret(execution: Execution): unknown {
  return new Interpreter(execution).answer();
}

class Interpreter {
  readonly #execution: Execution;
  readonly #operation: Operation;
  readonly #isIncluded: FieldWalk['isIncluded'];
  readonly #positions: ResponsePosition[] = [];

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#operation = execution;
    this.#isIncluded = includedByVariables(execution.variableValues);
  }

  answer(): unknown {
    const { schema, operation, rootValue } = this.#execution;
    const type = schema.getRootType(operation.operation);
    if (!type) {
      const message = `Schema is not configured to execute ${operation.operation} operation.`;
      throw new GraphQLError(message, { nodes: operation });
    }
    const selected = this.#select(type, [operation], null);
    return operation.operation === OperationTypeNode.MUTATION
      ? this.#serially(selected, rootValue)
      : this.#object(selected, rootValue, []);
  }

  #select(
    type: GraphQLObjectType,
    nodes: readonly Pick<FieldNode, 'selectionSet'>[],
    parent: ResponsePosition | null,
  ): SelectedObject {
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const fields: SelectedObject['fields'][number][] = [];
    for (const [key, fieldNodes] of collectFields(this.#operation, this.#isIncluded, type, sets)) {
      const field = selectedField(this.#operation.schema, type, key, fieldNodes);
      // Validation refuses unknown fields; graphql-js leaves them out.
      if (field === null) continue;
      if (typeof field === 'string') {
        fields.push(field);
        continue;
      }
      const position = new ResponsePosition(this.#positions, field, field.definition.type, parent);
      this.#prepare(position);
      fields.push({ position, below: null });
    }
    return selectedObject(type, fields);
  }

  /** Sets the completions of a position and of the elements of its lists. */
  #prepare(position: ResponsePosition): void {
    const { type, item } = position;
    if (item !== null) {
      this.#prepare(item);
      position.completion = (_execution, items, ...indices) => this.#list(item, items, indices);
    } else if (isObjectType(type)) {
      let selected: SelectedObject | undefined;
      position.completion = (_execution, source, ...indices) => {
        selected ??= this.#select(type, position.field.nodes, position);
        return this.#checked(selected, source, position, indices);
      };
    } else if (isAbstractType(type)) {
      const byType = new Map<GraphQLObjectType, SelectedObject>();
      position.completion = (_execution, source, ...indices) =>
        afterwards(this.#typeOf(type, source, position, indices), (name) => {
          const concrete = this.#possibleType(type, name, position);
          const selected = byType.get(concrete) ?? this.#select(concrete, position.field.nodes, position);
          byType.set(concrete, selected);
          return this.#checked(selected, source, position, indices);
        });
    }
  }

  /** Completes an object once its type's `isTypeOf`, if there is one, has agreed. */
  #checked(selected: SelectedObject, source: unknown, position: ResponsePosition, indices: Indices): unknown {
    const { type } = selected;
    if (!type.isTypeOf) return this.#object(selected, source, indices);
    const info = infoOf(this.#execution, position, indices);
    return afterwards(type.isTypeOf(source, this.#execution.context, info), (isOfType) => {
      if (isOfType !== true) {
        const { nodes } = position.field;
        throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(source)}.`, {
          nodes,
        });
      }
      return this.#object(selected, source, indices);
    });
  }

  #typeOf(type: GraphQLAbstractType, source: unknown, position: ResponsePosition, indices: Indices): unknown {
    const resolve = type.resolveType ?? defaultTypeResolver;
    return resolve(source, this.#execution.context, infoOf(this.#execution, position, indices), type);
  }

  #possibleType(type: GraphQLAbstractType, name: unknown, { field }: ResponsePosition): GraphQLObjectType {
    const { schema } = this.#operation;
    const concrete = typeof name === 'string' ? schema.getType(name) : undefined;
    if (isObjectType(concrete) && schema.isSubType(type, concrete)) return concrete;
    throw new GraphQLError(
      `Abstract type "${type.name}" of field "${field.parentType.name}.${field.definition.name}" was resolved to ${inspect(name)}, which is none of its object types.`,
      { nodes: field.nodes },
    );
  }

  #object(selected: SelectedObject, source: unknown, indices: Indices): unknown {
    const { type, fields, steps, namesLength } = selected;
    this.#execution.meter.add(fields.length, steps, namesLength);
    const answer: Record<string, unknown> = Object.create(null);
    const pending: [string, Promise<unknown>][] = [];
    try {
      for (const field of fields) {
        if (typeof field === 'string') {
          answer[field] = type.name;
          continue;
        }
        const { key } = field.position.field;
        const value = this.#field(field.position, source, indices);
        answer[key] = value;
        if (value instanceof Promise) pending.push([key, value]);
      }
    } catch (error) {
      return throwAfter(error, Object.values(answer));
    }
    if (pending.length === 0) return answer;
    const pendingObject = new PendingObject(answer);
    for (const [key, value] of pending) pendingObject.waitFor(key, value);
    return pendingObject.promise;
  }

  /** Root fields of a mutation: each begins when the one before it has ended. */
  async #serially({ type, fields, namesLength }: SelectedObject, source: unknown): Promise<unknown> {
    this.#execution.meter.add(fields.length, fields.length, namesLength);
    const answer: Record<string, unknown> = Object.create(null);
    for (const field of fields) {
      if (typeof field === 'string') answer[field] = type.name;
      // oxlint-disable-next-line eslint/no-await-in-loop -- serial by the specification
      else answer[field.position.field.key] = await this.#field(field.position, source, []);
    }
    return answer;
  }

  #field(position: ResponsePosition, source: unknown, indices: Indices): unknown {
    const execution = this.#execution;
    try {
      return complete(execution, position, source, this.#valueOf(position, source, indices), indices);
    } catch (error) {
      return fail(execution, position, error, indices);
    }
  }

  #valueOf(position: ResponsePosition, source: unknown, indices: Indices): unknown {
    const { definition, resolve } = position.field;
    const execution = this.#execution;
    if (resolve !== null) {
      return resolve(
        source,
        argumentsOf(execution, position),
        execution.context,
        infoOf(execution, position, indices),
      );
    }
    const isReadable = (typeof source === 'object' && source !== null) || typeof source === 'function';
    return isReadable ? Reflect.get(source, definition.name) : undefined;
  }

  #list(item: ResponsePosition, items: unknown, indices: Indices): unknown {
    const execution = this.#execution;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `completeValue` has checked it
    const elements = elementsOf(execution, items as Iterable<unknown>);
    const answers = Array.from<unknown>({ length: elements.length }).fill(null);
    const completeElement = (element: unknown, index: number) => {
      const places = [...indices, index];
      try {
        return complete(execution, item, null, element, places);
      } catch (error) {
        return fail(execution, item, error, places);
      }
    };
    let isPending = false;
    try {
      for (const [index, element] of elements.entries()) {
        if (execution.meter.isDue) return completeLater(execution, elements, answers, index, completeElement);
        const answer = completeElement(element, index);
        answers[index] = answer;
        isPending ||= answer instanceof Promise;
      }
    } catch (error) {
      throwAtOnce(error, answers, elements);
    }
    return isPending ? awaitPendingList(answers) : answers;
  }
}

/** Result of `then` for a value or its promise. */
function afterwards(value: unknown, then: (value: unknown) => unknown): unknown {
  return isPromiseLike(value) ? Promise.resolve(value).then((settled) => then(settled)) : then(value);
}
