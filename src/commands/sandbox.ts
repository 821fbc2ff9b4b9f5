import { EXAMPLE_CAMPAIGN_ID } from '../sandbox/generate-organisation.ts';
import { parseSandboxSettings } from '../sandbox/parse-sandbox-settings.ts';
import { type ProfileName } from '../sandbox/profile-names.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';

/** Starts the sandbox that the environment describes, and stops it at SIGTERM or SIGINT. */
export async function sandbox(): Promise<void> {
  const { settings, problems } = parseSandboxSettings(process.env);
  if (settings === null) return fail(problems);
  const { callsPerMinute, ...options } = settings;
  try {
    const started = await startSandbox({
      ...options,
      // Nothing reads recorded requests here, and a long run would fill memory.
      recordedRequests: 0,
      rateLimit: { allowed: callsPerMinute, windowSeconds: 60 },
    });
    process.stdout.write(greeting(started.url, settings.profile));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      // The handler of `bin/gateway.mjs` would end the process at once.
      process.removeAllListeners(signal).on(signal, () => {
        void started.close();
      });
    }
  } catch (error) {
    fail([error instanceof Error ? error.message : String(error)]);
  }
}

function fail(lines: readonly string[]): void {
  process.stderr.write(`The sandbox cannot start:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  process.exitCode = 1;
}

function greeting(url: string, profile: ProfileName | null): string {
  const trouble = profile === null ? '' : `\n  profile        ${profile}: ${PROFILES[profile].description}`;
  return `Sandbox upstream on ${url}
  client id      sandbox
  client secret  sandbox${trouble}

Try it:
  TOKEN=$(curl -s -u sandbox:sandbox -d grant_type=client_credentials ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s -H "Authorization: Bearer $TOKEN" ${url}/api/v2/outbound/campaigns/${EXAMPLE_CAMPAIGN_ID}/interactions
`;
}
