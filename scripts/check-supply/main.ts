/**
 * Checks the dependencies of a project: licences and known vulnerabilities. Prints a summary, and fails
 * on a violation. See USAGE.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './audit.ts';
import { isException, licenceProblem } from './licences.ts';
import { type Package, packagesOf } from './packages.ts';

const USAGE = `npm run check:supply [-- <folder>]
  <folder>  that of another project, installed; without it, this one`;

try {
  const { positionals } = parseArgs({ allowPositionals: true });
  if (positionals.length > 1) throw new Error(`One folder at most, not ${positionals.length}.`);
  const problems = check(resolve(positionals[0] ?? ''));
  for (const problem of problems) console.error(`  ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`\n${USAGE}`);
  process.exitCode = 1;
}

function check(project: string): string[] {
  const packages = packagesOf(project);
  return [...licenceProblems(packages), ...auditProblems(project)];
}

function licenceProblems(packages: readonly Package[]): string[] {
  const problems = packages.map(licenceProblem).filter((problem) => problem !== null);
  const excepted = packages.filter(isException).length;
  const open = packages.length - excepted - problems.length;
  console.log(
    `Licences: ${packages.length} packages, of which ${open} are open source, ${excepted} excepted, ${problems.length} refused`,
  );
  return problems;
}

/**
 * A failed audit is a warning on a machine that may be offline, and a problem in CI, which is online. A registry without
 * audits is never a problem: failing would not help.
 */
function auditProblems(project: string): string[] {
  const found = audit(project);
  if ('notOffered' in found) {
    console.warn(
      `Vulnerabilities: NOT LOOKED FOR, the registry knows nothing of them (HTTP ${found.notOffered})`,
    );
    return [];
  }
  if ('failure' in found) {
    const problem = `Vulnerabilities: NOT LOOKED FOR, ${found.failure}`;
    if (process.env['CI'] !== undefined) return [problem];
    console.warn(problem);
    return [];
  }
  const { high, critical } = found.counts;
  const counts = Object.entries(found.counts).map(([severity, many]) => `${many} ${severity}`);
  console.log(`Vulnerabilities: ${counts.join(', ')}`);
  return high + critical > 0 ? ['There are severe vulnerabilities: npm audit'] : [];
}
