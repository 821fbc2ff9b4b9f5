import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { onlyError, screen } from '../support/answers.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { clockWithoutPauses } from '../support/test-clock.ts';

/** Details without `selfUri`, which is a path of the upstream by definition. */
const everyDetail = screen(`
  id
  campaign { id campaignStatus }
  agent { id name title email }
  contact { id data }
  queue { id memberCount }
  script { id startPageName }
  skills { id state }
`);

describe('an answer contains nothing of the upstream’s URL, host, body or token', () => {
  const secret = 'do-not-tell';
  const body = {
    message: `${secret} at https://internal.example/api/v2/users?id=user-1`,
    messageWithParams: secret,
    messageParams: { permissions: `directory:user:view, ${secret}`, other: secret },
    entityId: secret,
    entityName: secret,
    details: [{ errorCode: secret }],
    errors: [{ message: secret }],
    contextId: `${secret}/${secret}`,
    code: secret,
    limit: secret,
  };
  const headers = {
    location: `https://${secret}.example/`,
    'retry-after': secret,
    'ININ-Correlation-Id': `${secret} ${secret}`,
  };

  test.each<{ failure: string; fault: Fault }>([
    ...[302, 400, 401, 403, 404, 429, 500, 502, 503, 504].map((status) => ({
      failure: `${status}`,
      fault: { kind: 'status' as const, status, body, headers },
    })),
    {
      failure: '502 with an HTML page',
      fault: { kind: 'status', status: 502, html: true, body: secret, headers },
    },
    {
      failure: '200 with an HTML page',
      fault: { kind: 'status', status: 200, html: true, body: secret, headers },
    },
    { failure: 'text', fault: { kind: 'alter', alter: () => secret } },
    { failure: 'list of texts', fault: { kind: 'alter', alter: () => [secret] } },
    { failure: 'error body with status 200', fault: { kind: 'alter', alter: () => body } },
    { failure: 'text instead of rows', fault: { kind: 'alter', alter: () => ({ entities: secret }) } },
    { failure: 'broken connection', fault: { kind: 'reset' } },
    { failure: 'connection broken within the body', fault: { kind: 'reset', afterBytes: 40 } },
    { failure: 'truncated JSON', fault: { kind: 'truncate' } },
  ])('after a failure: $failure', async ({ fault }) => {
    for (const resource of ['users', 'contacts', 'scripts', 'campaignInteractions'] as const) {
      const { query, sandbox, calls } = await gatewayForTest({
        faults: [{ ...fault, resource }],
        clock: clockWithoutPauses(),
      });
      const host = new URL(sandbox.url).host;
      const tellTales = [secret, sandbox.url, host, 'internal.example', '/api/v2', TOKEN];
      const answer = await query(everyDetail);
      for (const tellTale of tellTales) expect(JSON.stringify(answer)).not.toContain(tellTale);
      expect(calls()).toHaveProperty(resource);
    }
  });

  test('when the upstream cannot be reached', async () => {
    const { query, sandbox } = await gatewayForTest();
    await sandbox.close();
    const answer = await query(everyDetail);
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(JSON.stringify(answer)).not.toContain(new URL(sandbox.url).host);
    expect(JSON.stringify(answer)).not.toContain('ECONNREFUSED');
  });
});
