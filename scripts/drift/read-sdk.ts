import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelTypes, readDeclarations } from './read-declarations.ts';
import { type Operation, readOperations } from './read-operations.ts';

interface AnsweringOperation extends Operation {
  /** Type of the answer, such as `Models.UserEntityListing`; undefined when none is declared. */
  readonly answer: string | undefined;
}

/** The API as the vendor's SDK declares it. */
export interface Sdk {
  readonly version: string;
  readonly models: ModelTypes;
  readonly operations: readonly AnsweringOperation[];
}

/**
 * Reads an unpacked purecloud-platform-client-v2.
 *
 * @throws Error that names the folder when it has no SDK, or one that cannot be read.
 */
export function readSdk(folder: string): Sdk {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  try {
    const { version }: { version?: unknown } = JSON.parse(read('package.json'));
    const { models, answers } = readDeclarations(read('index.d.ts'));
    const operations = readOperations(read('dist/node/purecloud-platform-client-v2.js'));
    return {
      version: String(version),
      models,
      operations: operations.map((operation) => ({ ...operation, answer: answers.get(operation.name) })),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`There is no SDK in ${folder} that can be read: ${reason}`, { cause: error });
  }
}
