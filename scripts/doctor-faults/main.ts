import { parseConfig } from '../../src/config/config.ts';
import { examineGateway } from '../../src/doctor/examine-gateway.ts';
import { exitCodes, formatReport } from '../../src/doctor/format-report.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { unknownClient, wrongSecret } from '../../src/sandbox/login.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';

/** Troubles under which the output of `doctor` is shown, by what they are. */
const troubles: Readonly<Record<string, readonly Fault[]>> = {
  'no trouble': [],
  'the OAuth client is unknown': [{ kind: 'status', resource: 'login', ...unknownClient() }],
  'the secret is wrong': [{ kind: 'status', resource: 'login', ...wrongSecret() }],
  'logins are throttled': [{ kind: 'rateLimited', resource: 'login' }],
  'the login answers with a page': [{ kind: 'html', resource: 'login', status: 200 }],
  'permissions are missing': [
    { kind: 'missingPermissions', resource: 'contacts', permissions: ['outbound:contact:view'] },
    { kind: 'missingPermissions', resource: 'queues', permissions: ['routing:queue:view'] },
    { kind: 'missingPermissions', resource: 'campaigns', permissions: ['outbound:campaign:view'] },
    { kind: 'status', status: 403, resource: 'conversations' },
  ],
  'the API refuses the token': [{ kind: 'status', status: 401, resource: 'api' }],
  'too many calls were made before': [{ kind: 'rateLimited', resource: 'api', retryAfterSeconds: 30 }],
  'the API is down': [{ kind: 'status', status: 503, resource: 'api' }],
  'the API never answers': [{ kind: 'hang', resource: 'api' }],
  'connections break': [{ kind: 'reset', resource: 'api' }],
  'an API gateway answers 404': [{ kind: 'status', status: 404, resource: 'api', foreign: true, html: true }],
};

for (const [what, faults] of Object.entries(troubles)) {
  // oxlint-disable-next-line eslint/no-await-in-loop -- one output after the other
  const sandbox = await startSandbox({ faults });
  const config = parseConfig({
    PORT: '0',
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_LOGIN_URL: sandbox.url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
  });
  // oxlint-disable-next-line eslint/no-await-in-loop -- likewise
  const report = await examineGateway({ config });
  process.stdout.write(`## ${what}\n\n${formatReport(report)}\n`);
  // oxlint-disable-next-line eslint/no-await-in-loop -- likewise
  await sandbox.close();
}
// The output tells all; a gateway that does not work is what is shown here.
process.exitCode = exitCodes.works;
