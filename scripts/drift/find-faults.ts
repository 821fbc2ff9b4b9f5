import type { Call } from './calls.ts';
import type { ModelTypes } from './read-declarations.ts';
import type { Sdk } from './read-sdk.ts';
import type { Use } from './uses.ts';

/** One sentence for each thing that the gateway uses and this SDK lacks or declares differently. */
export function findFaults(
  { models, operations }: Sdk,
  uses: readonly Use[],
  calls: readonly Call[],
): string[] {
  return [
    ...missingModels(models, uses),
    ...uses.flatMap((use) => faultOfUse(use, models)),
    ...calls.flatMap((call) => faultsOfCall(call, operations)),
  ];
}

function missingModels(models: ModelTypes, uses: readonly Use[]): string[] {
  const missing = Map.groupBy(
    uses.filter(({ model }) => models[model] === undefined),
    ({ model }) => model,
  );
  return [...missing].map(([model, its]) => {
    const readers = new Set(its.map(({ by }) => by));
    return `Models.${model} is gone; it is read for ${[...readers].join(', ')}`;
  });
}

function faultOfUse({ by, model, property, wanted }: Use, models: ModelTypes): string[] {
  if (models[model] === undefined) return [];
  const type = models[model][property];
  if (type === undefined) return [`${by}: Models.${model} has no ${property}`];
  const forms = formsOf(type, models);
  if (wanted.some((form) => forms.includes(form))) return [];
  return [`${by}: Models.${model}.${property} is ${type}, not ${wanted.join(' or ')}`];
}

/**
 * Forms in which a property of this type can be read: as declared, as `reference` when the model has an id, and as `object`
 * when it is one, also within arrays. `FormsOf` does the same for the compiler.
 */
function formsOf(type: string, models: ModelTypes): string[] {
  const [, element] = /^Array<(.*)>$/.exec(type) ?? [];
  if (element !== undefined) return formsOf(element, models).map((form) => `Array<${form}>`);
  const [, model] = /^Models\.(\w+)$/.exec(type) ?? [];
  if (model !== undefined && models[model]?.['id'] === 'string') return [type, 'object', 'reference'];
  return model !== undefined || type.startsWith('{') ? [type, 'object'] : [type];
}

function faultsOfCall(
  { resource, method, path, query, answer }: Call,
  operations: Sdk['operations'],
): string[] {
  const call = `${method} ${path} (${resource})`;
  const operation = operations.find(
    (each) => each.method === method && each.path.replaceAll(/\{\w+\}/g, '{}') === path,
  );
  if (operation === undefined) return [`${call}: the SDK has no such operation`];
  return [
    ...query
      .filter((name) => !operation.query.includes(name))
      .map((name) => `${call}: ${operation.name} has no parameter ${name}`),
    ...(operation.answer === answer
      ? []
      : [`${call}: ${operation.name} answers ${operation.answer ?? 'nothing'}, not ${answer}`]),
  ];
}
