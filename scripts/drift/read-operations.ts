import { type Expression, parseSync, Visitor } from 'oxc-parser';

export interface Operation {
  /** Name of the method that makes the call. */
  readonly name: string;
  readonly method: string;
  /** Template such as `/api/v2/scripts/{scriptId}`. */
  readonly path: string;
  /** Names of its query parameters. */
  readonly query: readonly string[];
}

/**
 * Reads the operations out of the SDK's code, where each is a method around
 * `callApi('/api/v2/…', 'GET', { path parameters }, { query parameters }, …)`.
 *
 * @throws Error when the text cannot be parsed.
 */
export function readOperations(text: string): Operation[] {
  const { program, errors } = parseSync('sdk.js', text);
  if (errors[0]) throw new Error(`The SDK's code cannot be parsed: ${errors[0].message}`);
  const operations: Operation[] = [];
  let name = '';
  new Visitor({
    MethodDefinition({ key }) {
      name = key.type === 'Identifier' ? key.name : '';
    },
    CallExpression({ callee, arguments: [path, method, , query] }) {
      if (callee.type !== 'MemberExpression') return;
      if (callee.property.type !== 'Identifier' || callee.property.name !== 'callApi') return;
      operations.push({ name, method: textOf(method), path: textOf(path), query: keysOf(query) });
    },
  }).visit(program);
  return operations;
}

type Argument = { readonly type: 'SpreadElement' } | Expression | undefined;

function textOf(argument: Argument): string {
  return argument?.type === 'Literal' ? String(argument.value) : '';
}

function keysOf(argument: Argument): string[] {
  if (argument?.type !== 'ObjectExpression') return [];
  return argument.properties.flatMap((property) =>
    property.type === 'Property' && property.key.type === 'Literal' ? String(property.key.value) : [],
  );
}
