import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { suites } from './test/support/suites.ts';
import { UnrunSuitesReporter } from './test/support/unrun-suites-reporter.ts';

const projects = Object.keys(suites).map((name): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`] },
}));

export default defineConfig({
  // Vite would take graphql's ES modules where Node takes its CommonJS ones, and two copies of graphql do not mix.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    projects,
    // Files of one worker share its modules: loading the gateway takes longer than most files' tests.
    isolate: false,
    // Vitest would leave one core for itself, which is every second one here.
    maxWorkers: '100%',
    reporters: ['default', new UnrunSuitesReporter()],
    // Of a hang only: nothing is asserted about time. The machines that run this are small and shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
  },
});
