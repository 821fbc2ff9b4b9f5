import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { alsoRead, type Mirror, mirrors, type Source } from './mirrors.ts';

/** A property of a vendor model that the gateway reads. */
export interface Use {
  /** Reader of the property: a field such as `User.email`, or the gateway itself. */
  readonly by: string;
  readonly model: string;
  readonly property: string;
  /** Forms in which it can be read; one is enough. See `formsOf`. */
  readonly wanted: readonly string[];
}

type Place = Omit<Use, 'by'>;

const scalars: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  DateTime: 'string',
  Float: 'number',
  ID: 'string',
  Int: 'number',
  JSON: 'object',
  String: 'string',
};

// One shape for all, as `satisfies` has checked, for lookups by name.
const mirrorByType: Readonly<Record<string, Mirror>> = mirrors;
const readByModel: Readonly<Record<string, Readonly<Record<string, string>>>> = alsoRead;

/** Field that the gateway makes of ids. */
const OURS = 'nodeId';

/** All properties of vendor models that the gateway reads, for the fields of this schema and for itself. */
export function usesOf(schema: GraphQLSchema): Use[] {
  const byFields = Object.entries(mirrorByType).flatMap(([typeName, mirror]) => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new TypeError(`${typeName} is no object type of the schema.`);
    return Object.values(type.getFields())
      .filter(({ name }) => name !== OURS && mirror.ours?.[name] === undefined)
      .flatMap((field) =>
        mirror.models
          .flatMap((model) => placesOf(mirror.found?.[field.name] ?? field.name, model, wantedOf(field.type)))
          .map((place) => ({ by: `${typeName}.${field.name}`, ...place })),
      );
  });
  const byItself = Object.entries(readByModel).flatMap(([model, properties]) =>
    Object.entries(properties).map(([property, form]) => ({
      by: "the gateway's own use",
      model,
      property,
      wanted: [form],
    })),
  );
  return [...byFields, ...byItself];
}

function placesOf(source: Source, model: string, wanted: readonly string[]): Place[] {
  if (typeof source === 'string') return [{ model, property: source, wanted }];
  if ('model' in source) return [{ ...source, wanted }];
  if ('valuesOf' in source) {
    const maps = wanted.map((form) => form.replace(/^Array<(.*)>$/, '{ [key: string]: $1; }'));
    return [{ model, property: source.valuesOf, wanted: maps }];
  }
  return Object.values(source).map((property) => ({ model, property, wanted: ['string'] }));
}

function wantedOf(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return wantedOf(type.ofType);
  if (isListType(type)) return wantedOf(type.ofType).map((form) => `Array<${form}>`);
  if (isEnumType(type)) return ['string'];
  const mirror = mirrorByType[type.name];
  if (mirror?.inlined) return mirror.models.map((model) => `Models.${model}`);
  return [mirror ? 'reference' : (scalars[type.name] ?? type.name)];
}
