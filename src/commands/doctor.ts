import { once } from 'node:events';
import { type ConfigSources, examineConfig } from '../config/read-config.ts';
import { tokenUrlOf } from '../config/upstream.ts';
import { examineGateway, reportOfProblems } from '../doctor/examine-gateway.ts';
import { type DoctorReport, exitCodes, formatReport, jsonReport } from '../doctor/format-report.ts';
import { readTokenFile, readTokenStream } from '../doctor/token-file.ts';
import { systemClock } from '../lib/clock.ts';
import type { CommandLine } from './parse-arguments.ts';

/** Tells whether the gateway that the settings describe will work here. Exits with 0, 1 or 2 (`exitCodes`). */
export async function doctor(sources: ConfigSources, commandLine: CommandLine): Promise<void> {
  let report: DoctorReport;
  try {
    report = await reportOf(sources, commandLine);
  } catch (error) {
    // Node would exit with 1, which means something else here.
    process.stderr.write(
      `The examination failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(exitCodes['does not work']);
  }
  const text = commandLine.isJson ? jsonReport(report) : formatReport(report);
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  // A name that is still looked up, or an input that never ends, would keep the process alive.
  process.exit(exitCodes[report.result]);
}

async function reportOf(sources: ConfigSources, { tokenFile }: CommandLine): Promise<DoctorReport> {
  const { config, warnings, problems } = await examineConfig(sources);
  if (config === null) return reportOfProblems(problems);
  // The time of the checks begins when the input has ended.
  const givenToken = tokenFile === null ? null : await readToken(tokenFile);
  if (config.upstream.target !== null) return examineGateway({ config, warnings, givenToken });
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox({ recordedRequests: 0 });
  const login = { tokenUrl: tokenUrlOf(sandbox.url), clientId: 'sandbox', clientSecret: 'sandbox' };
  try {
    return await examineGateway({
      config,
      warnings,
      givenToken,
      target: { apiUrl: sandbox.url, credentials: { mode: 'client', ...login, bearerFirst: true } },
    });
  } finally {
    await sandbox.close();
  }
}

function readToken(tokenFile: string) {
  return tokenFile === '-'
    ? readTokenStream(process.stdin, systemClock)
    : readTokenFile(tokenFile, systemClock);
}
