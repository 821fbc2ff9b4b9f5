import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix, relative } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { DockerfileParser, type Instruction, ModifiableInstruction } from 'dockerfile-ast';

/** Image that a Dockerfile makes, in a folder of this machine. */
export interface Image {
  /** Folder that serves as `/`. */
  readonly root: string;
  readonly base: string;
  workdir: string;
  user: string;
  readonly env: Record<string, string>;
  readonly ports: string[];
  command: readonly string[];
  healthcheck: readonly string[];
}

export interface Build {
  /** Folder of the Dockerfile. */
  readonly context: string;
  /** Empty folder, for the files of each stage. */
  readonly folder: string;
  /** Environment of RUN commands, in place of the base image's. */
  readonly env: NodeJS.ProcessEnv;
}

/** Failure of a RUN command. The message has the command's output. */
export class RunError extends Error {
  override readonly name = 'RunError';
}

/**
 * Carries out a Dockerfile without a container engine.
 *
 * @throws Error for an unknown instruction, flag or form: a skipped one would not have been tested.
 */
export function buildImage(dockerfile: string, build: Build): Image {
  const stages = new Map<string, Image>();
  let image: Image | undefined;
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const [base = '', as = 'AS', name = String(stages.size), ...more] = wordsOf(instruction);
      if (as !== 'AS' || more.length > 0) throw unknown(instruction);
      image = emptyImage(base, join(build.folder, name));
      stages.set(name, image);
    } else if (image === undefined) throw unknown(instruction);
    else carryOut(instruction, image, stages, build);
  }
  if (image === undefined) throw new Error('The Dockerfile makes no image.');
  return image;
}

/** Path on this machine of a path in the image. */
export function pathIn(image: Image, path: string): string {
  return join(image.root, posix.resolve(image.workdir, path));
}

function emptyImage(base: string, root: string): Image {
  mkdirSync(root);
  return { root, base, workdir: '/', user: 'root', env: {}, ports: [], command: [], healthcheck: [] };
}

type Stages = ReadonlyMap<string, Image>;

function carryOut(instruction: Instruction, image: Image, stages: Stages, build: Build): void {
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      image.workdir = posix.resolve(image.workdir, onlyWordOf(instruction));
      mkdirSync(pathIn(image, '.'), { recursive: true });
      break;
    case 'ENV':
      for (const word of wordsOf(instruction)) {
        const { name, value } = /^(?<name>\w+)=(?<value>[\w./:-]+)$/.exec(word)?.groups ?? {};
        if (name === undefined || value === undefined) throw unknown(instruction);
        image.env[name] = value;
      }
      break;
    case 'COPY':
      copy(instruction, image, stages, build);
      break;
    case 'RUN':
      run(instruction, image, build);
      break;
    case 'USER':
      image.user = onlyWordOf(instruction);
      break;
    case 'EXPOSE':
      image.ports.push(...wordsOf(instruction));
      break;
    case 'HEALTHCHECK':
      image.healthcheck = argumentsIn(instruction, /^CMD (?<list>\[.*\])$/s, [
        'interval',
        'timeout',
        'start-period',
      ]);
      break;
    case 'CMD':
      image.command = argumentsIn(instruction, /^(?<list>\[.*\])$/s);
      break;
    default:
      throw unknown(instruction);
  }
}

/** Copies files and the content of folders, not the folders themselves, as Docker does. */
function copy(instruction: Instruction, image: Image, stages: Stages, { context }: Build): void {
  const { from } = flagsOf(instruction, ['from']);
  const words = wordsOf(instruction);
  const target = words.pop() ?? '';
  // A target without a trailing slash is a file or a folder, depending on what exists already.
  if (words.length === 0 || !target.endsWith('/') || /[*?[\]"]/.test(words.join()))
    throw unknown(instruction);
  const stage = from === undefined ? undefined : stages.get(from);
  if (from !== undefined && stage === undefined) throw unknown(instruction);
  const isIn = stage === undefined ? keptBy(join(context, '.dockerignore'), context) : () => true;
  for (const word of words) {
    const source = stage === undefined ? join(context, word) : join(stage.root, word);
    if (!existsSync(source) || !isIn(source)) throw new Error(`There is no ${word} to copy.`);
    const folder = pathIn(image, target);
    const isFolder = statSync(source).isDirectory();
    cpSync(source, isFolder ? folder : join(folder, basename(word)), {
      recursive: true,
      verbatimSymlinks: true,
      filter: isIn,
    });
  }
}

/** Predicate for paths of the context that the ignore file lets through. */
function keptBy(ignoreFile: string, context: string): (path: string) => boolean {
  const lines = readFileSync(ignoreFile, 'utf8').split('\n');
  const rules = dockerignore.default().add(lines.filter((line) => !line.startsWith('#')));
  return (path) => {
    const name = relative(context, path);
    return name === '' || !rules.ignores(name);
  };
}

function run(instruction: Instruction, image: Image, build: Build): void {
  const command = instruction.getArgumentsContent() ?? '';
  // Other commands may need files of the base image, which do not exist here.
  if (!/^npm (ci( --[\w=-]+)*|run build)$/.test(command) || hasFlags(instruction)) throw unknown(instruction);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: pathIn(image, '.'),
    env: { ...build.env, ...image.env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new RunError(`${command} ended with ${status}:\n${stdout}${stderr}`);
}

function argumentsIn(instruction: Instruction, form: RegExp, flags: readonly string[] = []): string[] {
  flagsOf(instruction, flags);
  const list = form.exec(instruction.getArgumentsContent() ?? '')?.groups?.['list'];
  if (list === undefined) throw unknown(instruction);
  return JSON.parse(list);
}

function hasFlags(instruction: Instruction): boolean {
  return instruction instanceof ModifiableInstruction && instruction.getFlags().length > 0;
}

function flagsOf(instruction: Instruction, known: readonly string[]): Record<string, string | undefined> {
  if (!(instruction instanceof ModifiableInstruction)) return {};
  const flags = instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? undefined] as const);
  if (flags.some(([name]) => !known.includes(name))) throw unknown(instruction);
  return Object.fromEntries(flags);
}

function wordsOf(instruction: Instruction): string[] {
  // Variables are not substituted here.
  if (instruction.getVariables().length > 0) throw unknown(instruction);
  return instruction.getArguments().map((argument) => argument.getValue());
}

function onlyWordOf(instruction: Instruction): string {
  const [word, ...more] = wordsOf(instruction);
  if (word === undefined || more.length > 0) throw unknown(instruction);
  return word;
}

function unknown(instruction: Instruction): Error {
  const text = [instruction.getKeyword(), instruction.getRawArgumentsContent()].join(' ');
  return new Error(`How is this done? ${text}`);
}
