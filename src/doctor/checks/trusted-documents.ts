import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { ConfigError } from '../../config/config-error.ts';
import type { OperationsConfig, TrustedDocumentsConfig } from '../../config/slices.ts';
import { parseTrustedDocuments } from '../../operations/trusted-documents.ts';
import { finding, type Finding } from '../probing/finding.ts';

/** Tells whether the queries that clients may send by id can be read and are valid. Without them the gateway does not start. */
export function checkTrustedDocuments(
  { file, mode }: TrustedDocumentsConfig,
  schema: GraphQLSchema,
  operations: Pick<OperationsConfig, 'limits' | 'introspection'>,
): Finding {
  const name = 'trusted-documents';
  const facts = { mode };
  try {
    const { size } = parseTrustedDocuments(readFileSync(file, 'utf8'), file, schema, operations);
    const message = `${file} has ${size} trusted documents, which are all valid.`;
    return finding(name, 'ok', message, { facts: { ...facts, documents: size } });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const problems =
      error instanceof ConfigError ? error.problems : [`${file} cannot be read: ${error.message}.`];
    return finding(name, 'fail', problems.join(' '), {
      facts: { ...facts, problems },
      advice: 'TRUSTED_DOCUMENTS_FILE has to name a manifest whose documents fit the schema and the limits.',
    });
  }
}
