import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { isVariantsRun, suites, VARIANTS } from './suites.ts';

/** Prints the suites that a run left out, with their commands, unless files were selected. */
export class UnrunSuitesReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(run: readonly TestModule[]): Promise<void> {
    if (this.#vitest === undefined) return;
    const { projects, logger } = this.#vitest;
    const files = await this.#vitest.globTestSpecifications();
    if (run.length < files.length) return;
    const lines = unrunSuites(projects.map(({ name }) => name));
    if (lines.length > 0) logger.log(`Not run here:\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
}

function unrunSuites(run: readonly string[]): string[] {
  const unrun = Object.entries(suites).filter(([name]) => !run.includes(name));
  return [
    ...unrun.map(([name, command]) => `test/${name}: ${command}`),
    ...(isVariantsRun ? [] : [`test/gateway, uncached and compiled: ${VARIANTS}`]),
  ];
}
