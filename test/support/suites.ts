/** The folders of tests, each a project of Vitest's, with the command that runs it. */
export const suites = {
  unit: 'npm test',
  gateway: 'npm test',
  property: 'npm run test:property',
  process: 'npm run test:process',
  world: 'npm run test:world',
} as const satisfies Readonly<Record<string, string>>;

/** Runs the gateway's tests once more, with nothing cached and every operation compiled at its first hit. */
export const VARIANTS = 'npm run test:variants';

/** Whether this run is that of the variants. */
export const isVariantsRun = process.env['CACHES'] === 'off' && process.env['COMPILE_AT_HIT'] === '1';
