import { type Node, parseSync, Visitor } from 'oxc-parser';

/** Property types by model and property, as the SDK writes them, such as `Array<Models.Participant>`. */
export type ModelTypes = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Declarations {
  readonly models: ModelTypes;
  /** Type that each operation promises, by its name. */
  readonly answers: ReadonlyMap<string, string>;
}

/**
 * Reads the SDK's index.d.ts: the interfaces of its namespace `Models` and the methods of its classes. Optional markers are
 * left out, because the gateway takes every property for optional.
 *
 * @throws Error when the text cannot be parsed.
 */
export function readDeclarations(text: string): Declarations {
  const { program, errors } = parseSync('index.d.ts', text);
  if (errors[0]) throw new Error(`index.d.ts cannot be parsed: ${errors[0].message}`);
  const models: Record<string, Record<string, string>> = {};
  const answers = new Map<string, string>();
  let namespace: string | null = null;

  function textOf({ start, end }: Node): string {
    return text.slice(start, end).replaceAll(/\s+/g, ' ');
  }

  new Visitor({
    TSModuleDeclaration({ id }) {
      namespace = textOf(id);
    },
    'TSModuleDeclaration:exit'() {
      namespace = null;
    },
    TSInterfaceDeclaration({ id, body }) {
      if (namespace !== 'Models') return;
      const properties: Record<string, string> = {};
      for (const member of body.body) {
        if (member.type !== 'TSPropertySignature' || member.typeAnnotation === null) continue;
        const { key } = member;
        const name = key.type === 'Literal' ? String(key.value) : textOf(key);
        properties[name] = textOf(member.typeAnnotation.typeAnnotation);
      }
      models[id.name] = properties;
    },
    MethodDefinition({ key, value }) {
      const promised = value.returnType?.typeAnnotation;
      const [answer] = promised?.type === 'TSTypeReference' ? (promised.typeArguments?.params ?? []) : [];
      if (answer) answers.set(textOf(key), textOf(answer));
    },
  }).visit(program);
  return { models, answers };
}
