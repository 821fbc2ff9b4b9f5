import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { suites } from './test/support/suites.ts';
import { UnrunSuitesReporter } from './test/support/unrun-suites-reporter.ts';

const projects = Object.keys(suites).map((name): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`] },
}));

export default defineConfig({
  // Vite would load graphql's ES modules where Node loads its CommonJS ones; two copies of graphql do not work together.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    projects,
    // Files of one worker share its modules: loading the gateway takes longer than most files' tests.
    isolate: false,
    // Vitest would leave one core unused, and the machines have two.
    maxWorkers: '100%',
    reporters: ['default', new UnrunSuitesReporter()],
    // Timeouts detect hangs only; no test asserts durations. The machines that run the tests are small and shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
  },
});
