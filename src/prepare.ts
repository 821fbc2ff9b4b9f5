import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { ConfigError } from './config/config-error.ts';
import type { SettingName } from './config/settings.ts';
import type { FederationConfig, OperationsConfig, RedisConfig } from './config/slices.ts';
import { servedSchema } from './federation/served-schema.ts';
import { systemClock } from './lib/clock.ts';
import { parseTrustedDocuments, type TrustedDocuments } from './operations/trusted-documents.ts';
import { problemsAtStart } from './redis/examination.ts';

interface Preparation {
  readonly federation: FederationConfig;
  readonly operations: OperationsConfig;
  readonly redis: RedisConfig | null;
}

/** What a gateway is assembled from besides its configuration. */
export interface Prepared {
  readonly schema: GraphQLSchema;
  /** Null where no documents are trusted. */
  readonly documents: TrustedDocuments | null;
}

/**
 * Reads and tries what a configuration names: the schema, the manifest of trusted documents, and Redis.
 *
 * @param nameOf Name by which messages call a setting. @default that of the environment
 * @throws ConfigError for what can never work.
 */
export async function prepare(
  { federation, operations, redis }: Preparation,
  nameOf: (name: SettingName) => string = (name) => name,
): Promise<Prepared> {
  // The schema comes first: without it there is nothing to serve.
  const schema = await servedSchema(federation);
  try {
    const documents = readTrustedDocuments(operations, schema);
    await refuseUnusableRedis(redis);
    return { schema, documents };
  } catch (error) {
    throw error instanceof ConfigError ? renamed(error, nameOf) : error;
  }
}

/** The parts below name settings as the environment does. */
function renamed({ problems }: ConfigError, nameOf: (name: SettingName) => string): ConfigError {
  const names = ['TRUSTED_DOCUMENTS_FILE', 'REDIS_URL'] as const;
  return new ConfigError(
    problems.map((problem) =>
      names.reduce((text, name) => text.replace(new RegExp(`^${name}\\b`), () => nameOf(name)), problem),
    ),
  );
}

function readTrustedDocuments(operations: OperationsConfig, schema: GraphQLSchema): TrustedDocuments | null {
  if (operations.trustedDocuments === null) return null;
  const { file } = operations.trustedDocuments;
  let manifest: string;
  try {
    manifest = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`TRUSTED_DOCUMENTS_FILE names ${file}, which cannot be read: ${why}.`]);
  }
  return parseTrustedDocuments(manifest, file, schema, operations);
}

/** A Redis that cannot be reached is no reason not to start; one that can never be used is. */
async function refuseUnusableRedis(redis: RedisConfig | null): Promise<void> {
  const problems = redis === null ? [] : await problemsAtStart(redis.url, systemClock);
  if (problems.length > 0) throw new ConfigError(problems);
}
