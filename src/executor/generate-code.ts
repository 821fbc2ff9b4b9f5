import { isEnumType, isObjectType } from 'graphql';
import type { ResponsePosition, SelectedObject } from './state.ts';
import { asItIs, isSlow, SLOW_STEPS } from './step-counts.ts';

/*
 * Text of the functions that complete the objects and lists of one operation. Identifiers are a letter and a number,
 * response keys and names of the schema pass through JSON.stringify, and no other text of the operation gets in.
 *
 * Positions of objects have functions `o7(execution, source, i0, i1)`, positions of lists `l7(execution, items, i0)`. Common
 * values are completed inline. All other values are passed to `complete`, and thrown errors to `fail`.
 */

/** Names of the parameters of the generated code. */
export const helperNames = [
  'argumentsOf',
  'complete',
  'completeLater',
  'elementsOf',
  'fail',
  'guard',
  'infoOf',
  'isMemoizable',
  'namesByValue',
  'getMemoized',
  'memoize',
  'awaitPendingList',
  'PendingObject',
  'positions',
  'throwAfter',
  'throwAtOnce',
] as const;

/** Condition for an object that is neither a promise nor an error; resolvers may return both in place of a value. */
const IS_PLAIN_OBJECT = `typeof value === 'object' && value !== null && typeof value.then !== 'function' && !(value instanceof Error)`;

/** Body of a function with parameters `helperNames`. It sets `completion` of positions, and returns the root function. */
export function generateCode(root: SelectedObject, positions: readonly ResponsePosition[]): string {
  const functions: string[] = [];
  const constants = positions.flatMap(({ number, type, isItem, field }) => [
    `const s${number} = positions[${number}];`,
    ...(isItem || field.resolve === null ? [] : [`const r${number} = s${number}.field.resolve;`]),
    ...('serialize' in type ? [`const t${number} = s${number}.type;`] : []),
    ...(isEnumType(type) ? [`const e${number} = namesByValue(t${number});`] : []),
  ]);
  const name = objectFunction(root, null, functions);
  return [
    `'use strict';`,
    'const nothing = Object.create(null);',
    'const noArguments = Object.freeze({});',
    ...constants,
    ...functions,
    `return ${name};`,
  ].join('\n');
}

/** Adds the functions of an object and of everything below it; returns the name of its own. */
function objectFunction(
  { type, fields, steps: stepCount, namesLength }: SelectedObject,
  position: ResponsePosition | null,
  functions: string[],
): string {
  const name = position === null ? 'root' : `o${position.number}`;
  const indices = indicesOf(position);
  const variables: string[] = [];
  const properties: string[] = [];
  const steps: string[] = [];
  const promised: string[] = [];
  for (const field of fields) {
    if (typeof field === 'string') {
      properties.push(`${propertyName(field)}: ${JSON.stringify(type.name)}`);
      continue;
    }
    const variable = `a${field.position.number}`;
    const key = field.position.field.key;
    variables.push(variable);
    properties.push(`${propertyName(key)}: ${variable}`);
    promised.push(
      `if (${variable} instanceof Promise) pendingObject.waitFor(${JSON.stringify(key)}, ${variable});`,
    );
    steps.push(
      attempt(field.position, variable, `const value = ${reading(field.position)};`, field.below, functions),
    );
  }
  functions.push(`function ${name}(${['execution', 'source', ...indices].join(', ')}) {
    execution.meter.add(${fields.length}, ${stepCount}, ${namesLength});
    const readable = typeof source === 'object' && source !== null || typeof source === 'function' ? source : nothing;
    let pending = false;
    ${variables.map((variable) => `let ${variable} = null;`).join(' ')}
    try {
      ${steps.join('\n')}
    } catch (error) {
      return throwAfter(error, [${variables.join(', ')}]);
    }
    const answer = { ${properties.join(', ')} };
    if (!pending) return answer;
    const pendingObject = new PendingObject(answer);
    ${promised.join('\n')}
    return pendingObject.promise;
  }
  ${position === null ? '' : `s${position.number}.completion = ${name};`}`);
  return name;
}

/** Adds the functions of a list and of everything below it; returns the name of its own. */
function listFunction(
  position: ResponsePosition,
  itemPosition: ResponsePosition,
  below: SelectedObject | null,
  functions: string[],
): string {
  const name = `l${position.number}`;
  const indices = indicesOf(position);
  const index = `i${position.depth}`;
  const element = `m${position.number}`;
  const steps = isSlow(itemPosition) ? `execution.meter.add(0, ${SLOW_STEPS});` : '';
  functions.push(`function ${element}(${['execution', 'value', ...indices, index].join(', ')}) {
    ${steps}
    let pending = false;
    let answer = null;
    ${attempt(itemPosition, 'answer', '', below, functions)}
    return answer;
  }
  function ${name}(${['execution', 'items', ...indices].join(', ')}) {
    const elements = elementsOf(execution, items);
    const answers = new Array(elements.length).fill(null);
    let pending = false;
    let ${index} = 0;
    try {
      for (; ${index} < elements.length; ${index} += 1) {
        if (execution.meter.isDue) {
          return completeLater(execution, elements, answers, ${index}, (value, ${index}) =>
            ${element}(${['execution', 'value', ...indices, index].join(', ')}));
        }
        if ((answers[${index}] = ${element}(${['execution', `elements[${index}]`, ...indices, index].join(', ')})) instanceof Promise) pending = true;
      }
    } catch (error) {
      throwAtOnce(error, answers, elements);
    }
    return pending ? awaitPendingList(answers) : answers;
  }
  s${position.number}.completion = ${name};`);
  return name;
}

/** Expression that reads a field's value from its source. */
function reading({ number, depth, field: { definition, resolve } }: ResponsePosition): string {
  if (resolve === null) return `readable[${JSON.stringify(definition.name)}]`;
  const args =
    definition.args.length === 0
      ? 'noArguments'
      : `execution.args[${number}] ?? argumentsOf(execution, s${number})`;
  // `info` is expensive to make, and a resolver without a fourth parameter does not use it.
  const info = resolve.length >= 4 ? `, infoOf(execution, s${number}, ${places(depth)})` : '';
  return `r${number}(source, ${args}, execution.context${info})`;
}

/** Statement that reads and completes a value into a variable. */
function attempt(
  position: ResponsePosition,
  variable: string,
  read: string,
  below: SelectedObject | null,
  functions: string[],
): string {
  const at = `execution, s${position.number}`;
  const source = position.isItem ? 'null' : 'source';
  const indices = places(position.depth);
  const nullable = position.isNonNull
    ? ''
    : `else if (value === null || value === undefined) ${variable} = null;`;
  return `try {
    ${read}
    ${completing(position, variable, below, functions)}
    ${nullable}
    else if ((${variable} = complete(${at}, ${source}, value, ${indices})) instanceof Promise) pending = true;
  } catch (error) {
    ${variable} = fail(${at}, error, ${indices});
  }`;
}

/** `if` statement that completes the common values. */
function completing(
  position: ResponsePosition,
  variable: string,
  below: SelectedObject | null,
  functions: string[],
): string {
  const { number, type, item } = position;
  const at = `execution, s${number}`;
  const indices = places(position.depth);
  if (item !== null) {
    const name = listFunction(position, item, below, functions);
    return `if (Array.isArray(value) && typeof value.then !== 'function') {
      ${variable} = ${name}(${['execution', 'value', ...indicesOf(position)].join(', ')});
      if (${variable} instanceof Promise) { pending = true; ${variable} = guard(${at}, ${variable}, ${indices}); }
    }`;
  }
  if (isObjectType(type) && below !== null) {
    const name = objectFunction(below, position, functions);
    return `if (${IS_PLAIN_OBJECT}) {
      if (isMemoizable(value)) {
        ${variable} = getMemoized(execution, ${number}, value);
        if (${variable} === undefined && (${variable} = memoize(${at}, value, ${indices})) instanceof Promise) pending = true;
      } else {
        ${variable} = ${name}(${['execution', 'value', ...indicesOf(position)].join(', ')});
        if (${variable} instanceof Promise) { pending = true; ${variable} = guard(${at}, ${variable}, ${indices}); }
      }
    }`;
  }
  if (isEnumType(type)) {
    return `if (e${number}.has(value)) execution.meter.addLeaf(${variable} = e${number}.get(value));`;
  }
  const check = 'serialize' in type ? asItIs.get(type.serialize) : undefined;
  if (check !== undefined) return `if (${check}) execution.meter.addLeaf(${variable} = value);`;
  return `if (typeof value === 'string' || ${IS_PLAIN_OBJECT}) {
    if ((${variable} = t${number}.serialize(value) ?? null) === null) ${variable} = complete(${at}, null, value, ${indices});
    else execution.meter.addLeaf(${variable});
  }`;
}

/** Parameters of a position's function: the list indices that lead to it. */
function indicesOf(position: ResponsePosition | null): string[] {
  return Array.from({ length: position?.depth ?? 0 }, (_, depth) => `i${depth}`);
}

function places(depth: number): string {
  return `[${Array.from({ length: depth }, (_, at) => `i${at}`).join(', ')}]`;
}

/** `"__proto__"` is put in brackets: without them it would set the prototype. */
function propertyName(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
}
