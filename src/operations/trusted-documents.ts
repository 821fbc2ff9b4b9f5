import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, validate } from 'graphql';
import { ConfigError } from '../config/config-error.ts';
import type { OperationsConfig } from '../config/slices.ts';
import { parseWithin } from './parse.ts';
import { queryRules } from './limits.ts';

/** Valid queries by id. */
export class TrustedDocuments {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #all: ReadonlySet<string>;
  /** Names of all operations that have one. */
  readonly operationNames: ReadonlySet<string>;

  constructor(texts: ReadonlyMap<string, string>, operationNames: ReadonlySet<string>) {
    this.#texts = texts;
    this.#all = new Set(texts.values());
    this.operationNames = operationNames;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** Query of an id, with or without the prefix `sha256:`; null for an unknown id. */
  textOf(id: string): string | null {
    return this.#texts.get(id) ?? this.#texts.get(id.replace(/^sha256:/, '')) ?? null;
  }

  /** True for the query of any id. */
  has(text: string): boolean {
    return this.#all.has(text);
  }
}

/**
 * Documents of a manifest in the format of codegen's client preset: a JSON object of ids and queries. Ids are not verified,
 * because the author of the manifest chooses the hash function.
 *
 * @param manifest Text of the file.
 * @throws ConfigError with all problems. Each document has to pass the rules for queries.
 */
export function parseTrustedDocuments(
  manifest: string,
  file: string,
  schema: GraphQLSchema,
  config: Pick<OperationsConfig, 'limits' | 'introspection'>,
): TrustedDocuments {
  const parse = parseWithin(config.limits);
  const rules = queryRules(config);
  const problems: string[] = [];
  const texts = new Map<string, string>();
  const operationNames = new Set<string>();
  for (const [id, text] of entriesOf(manifest, file)) {
    const named = `Document ${JSON.stringify(id)} of ${file}`;
    if (typeof text !== 'string') {
      problems.push(`${named} is no text.`);
      continue;
    }
    try {
      const document = parse(text);
      const names = namesIn(document);
      if (names.length === 0) problems.push(`${named} has no operation.`);
      for (const { message } of validate(schema, document, rules)) problems.push(`${named}: ${message}`);
      for (const name of names) if (name !== undefined) operationNames.add(name);
      texts.set(id, text);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      problems.push(`${named}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return new TrustedDocuments(texts, operationNames);
}

function entriesOf(manifest: string, file: string): [string, unknown][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest);
  } catch (error) {
    throw unreadable(file, `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return Object.entries(parsed);
  throw unreadable(file, 'is no JSON object of ids and queries');
}

function unreadable(file: string, what: string): ConfigError {
  return new ConfigError([`TRUSTED_DOCUMENTS_FILE names ${file}, which ${what}.`]);
}

/** Names of the operations of a document; undefined for an anonymous one. */
function namesIn({ definitions }: DocumentNode): (string | undefined)[] {
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value] : [],
  );
}
