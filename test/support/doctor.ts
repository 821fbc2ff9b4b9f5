import { onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { type DoctorOptions, examineGateway } from '../../src/doctor/examine-gateway.ts';
import type { DoctorReport } from '../../src/doctor/format-report.ts';
import type { Finding } from '../../src/doctor/probing/finding.ts';
import { type Sandbox, type FullSandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';

/** Settings of a gateway that logs in to a sandbox. The port is any free one. */
export function settingsOver({ url }: Pick<Sandbox, 'url'>): Readonly<Record<string, string>> {
  return {
    PORT: '0',
    GENESYSCLOUD_API_URL: url,
    GENESYSCLOUD_LOGIN_URL: url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
  };
}

/** Report with a look-up of its findings. */
export interface Examined extends DoctorReport {
  /** The only finding of this name. */
  readonly found: (name: string) => Finding;
}

export async function examinedWith(
  env: Readonly<Record<string, string>>,
  options: Partial<DoctorOptions> = {},
): Promise<Examined> {
  const report = await examineGateway({ config: parseConfig(env), ...options });
  return {
    ...report,
    found(name) {
      const [found, ...more] = report.findings.filter((each) => each.name === name);
      if (found === undefined || more.length > 0) {
        throw new Error(`${more.length + 1} findings are not one: ${name} in ${JSON.stringify(report)}`);
      }
      return found;
    },
  };
}

/** A sandbox, and how the doctor finds a gateway that logs in to it. */
export async function examinedForTest(
  sandboxOptions: FullSandboxOptions = {},
  env: Readonly<Record<string, string>> = {},
  options: Partial<DoctorOptions> = {},
): Promise<Examined & { readonly sandbox: Sandbox }> {
  const sandbox = await sandboxForTest(sandboxOptions);
  return { ...(await examinedWith({ ...settingsOver(sandbox), ...env }, options)), sandbox };
}

export async function sandboxForTest(options: FullSandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}
