/** Folders of tests, each a Vitest project, with the command that runs the project. */
export const suites = {
  unit: 'npm test',
  gateway: 'npm test',
  property: 'npm run test:property',
  process: 'npm run test:process',
  world: 'npm run test:world',
} as const satisfies Readonly<Record<string, string>>;

/** Command for the gateway tests with nothing cached and every operation compiled at its first hit. */
export const VARIANTS = 'npm run test:variants';

/** True in a run of `VARIANTS`. */
export const isVariantsRun = process.env['CACHES'] === 'off' && process.env['COMPILE_AT_HIT'] === '1';
