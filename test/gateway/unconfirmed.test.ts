import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { forgetfulGatewayForTest, TOKEN } from '../support/gateway.ts';

const list = readFileSync(new URL('../../docs/unconfirmed.md', import.meta.url), 'utf8');
const inline = [...list.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
  ([, code = '']) => code,
);
const queries = inline.filter((code) => code.startsWith('{ '));
const apiCalls = inline.filter((code) => code.startsWith('api '));
const organisation = generateOrganisation(1);

function withIds(code: string): string {
  return code.replaceAll(/\bID\b/g, EXAMPLE_CAMPAIGN_ID);
}

describe('the list of what is unconfirmed', () => {
  test('is of lines to tick off, each with a way to look', () => {
    const lines = list.split(/^- \[ \] /m).slice(1);
    expect(lines.length).toBeGreaterThan(25);
    expect(queries.length).toBeGreaterThan(10);
    expect(apiCalls.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/^\*\*[^*]+\.\*\*\s+\S/);
  });

  test.each(queries)('has a query that the gateway answers within its default limits: %s', async (code) => {
    const { query } = await forgetfulGatewayForTest({ organisation });
    expect((await query(withIds(code))).errors).toBeUndefined();
  });

  test.each(apiCalls)('has a call that the upstream knows: %s', async (code) => {
    const { sandbox } = await forgetfulGatewayForTest({ organisation });
    const [, quoted, plain, body] = /^api (?:'([^']+)'|(\S+))(?:.* -d '([^']+)')?/.exec(withIds(code)) ?? [];
    await fetch(`${sandbox.url}/api/v2/${quoted ?? plain}`, {
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body }),
    });
    expect(sandbox.requests.map(({ resource }) => resource)).not.toContain('unknown');
    expect(sandbox.requests.map(({ status }) => status)).not.toContain(400);
  });
});
