import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXPECTED_ERROR, lastCommand, type Part, parseSteps, type Step } from './parse-guide.ts';
import { start } from './run-commands.ts';

/** Time limit of one block of commands. */
const LIMIT_MS = 10 * 60_000;

/** A simulated reader who follows a guide in a folder of their own. */
export interface Reader {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts the commands. */
  readonly until: AbortSignal;
  /** Called with a line after each step. */
  readonly tell: (line: string) => void;
}

/** A step of the guide that does not work as written. */
export class GuideError extends Error {
  override readonly name = 'GuideError';
}

/**
 * Follows one part of the guide, step by step. Then removes the `@ts-expect-error` lines: each must now be a type error,
 * otherwise the check of the types checks nothing.
 */
export async function followPart({ steps }: Part, reader: Reader): Promise<void> {
  // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other, as a reader does
  for (const step of steps) await follow(step, reader);

  let expected = 0;
  const sources = steps.filter((step) => step.kind === 'file');
  await Promise.all(
    sources.map(async ({ path, text }) => {
      expected += text.match(EXPECTED_ERROR)?.length ?? 0;
      await writeFile(join(reader.folder, path), text.replaceAll(EXPECTED_ERROR, ''));
    }),
  );
  const { output } = await run(lastCommand(steps), reader);
  const found = output.match(/error TS\d+/g)?.length ?? 0;
  if (found !== expected) {
    throw new GuideError(`the types catch ${found} of the ${expected} errors that they should:\n${output}`);
  }
  reader.tell(`the types catch ${found} of the ${expected} errors that they should`);
}

/** Commands that start the example; its README must give all of them. */
const ofExample = ['npm ci', 'npm run generate', 'npm run check', 'npm start'];

/**
 * Follows the README of `examples/client`, in a copy that has only the schema from the repository. The generated files must
 * equal the committed ones, and the printed list must not be empty.
 */
export async function followExample(root: string, reader: Reader): Promise<void> {
  const example = join(root, 'examples/client');
  const copy = join(reader.folder, 'examples/client');
  await cp(example, copy, { recursive: true, filter: (path) => !/[\\/](node_modules|dist)$/.test(path) });
  await cp(join(root, 'schema.graphql'), join(reader.folder, 'schema.graphql'));
  const steps = parseSteps(await readFile(join(example, 'README.md'), 'utf8'));
  const given = new Set(steps.flatMap(({ text }) => text.split('\n')));
  const missing = ofExample.filter((command) => !given.has(command));
  if (missing.length > 0) throw new GuideError(`The example's README does not say: ${missing.join(', ')}`);

  let printed = '';
  for (const step of steps) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other, as a reader does
    printed += await follow(step, { ...reader, folder: copy });
  }
  const [, shown] = /^-- (\d+) of \d+ interactions/m.exec(printed) ?? [];
  if (!(Number(shown) > 0)) throw new GuideError(`It has listed nothing:\n${printed}`);
  const [committed, generated] = await Promise.all([example, copy].map(generatedIn));
  if (committed !== generated) throw new GuideError('It generates something else than is committed.');
  reader.tell('it lists interactions, and generates what is committed');
}

/** Writes a file or runs commands. Returns the output. */
async function follow(step: Step, reader: Reader): Promise<string> {
  if (step.kind === 'file') {
    const path = join(reader.folder, step.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, step.text);
    reader.tell(`wrote ${step.path}`);
    return '';
  }
  const { code, output } = await run(step.text, reader);
  if (code !== 0) throw new GuideError(`ended with ${code}:\n${step.text}\n${output}`);
  reader.tell(
    `ran ${step.text
      .replaceAll(/ *\\\n */g, ' ')
      .trimEnd()
      .replaceAll('\n', ' && ')}`,
  );
  return output;
}

async function run(commands: string, { folder, env, until }: Reader) {
  const limit = AbortSignal.any([until, AbortSignal.timeout(LIMIT_MS)]);
  const running = start(commands, folder, env, limit);
  return { code: await running.ended, output: running.output() };
}

/** All generated files in a copy of the example, as one text. */
async function generatedIn(folder: string): Promise<string> {
  const directory = join(folder, 'src/generated');
  const files = (await readdir(directory)).toSorted();
  const texts = files.map(async (file) => `${file}\n${await readFile(join(directory, file), 'utf8')}`);
  return (await Promise.all(texts)).join('\n');
}
