import { EXAMPLE_CAMPAIGN_ID } from './generate-organisation.ts';
import { parseSandboxSettings } from './parse-sandbox-settings.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { startSandbox } from './start-sandbox.ts';

const { settings, problems } = parseSandboxSettings(process.env);
if (settings === null) {
  fail(problems);
} else {
  const { callsPerMinute, ...options } = settings;
  try {
    const sandbox = await startSandbox({
      ...options,
      // Nothing reads recorded requests here, and a long run would fill memory.
      recordedRequests: 0,
      rateLimit: { allowed: callsPerMinute, windowSeconds: 60 },
    });
    process.stdout.write(greeting(sandbox.url, settings.profile));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        void sandbox.close();
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
