import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { gatewayForTest, type GraphQLAnswer, type TestGateway, TOKEN } from '../../support/gateway.ts';
import { answerAttacks } from './answer-attacks.ts';
import type { Attack } from './attack.ts';
import { sizeAttacks } from './size-attacks.ts';
import { textAttacks } from './text-attacks.ts';
import { variableAttacks } from './variable-attacks.ts';

const OTHER_TOKEN = 'token-of-another-caller';
const ORDINARY = '{ user(id: "user-1") { name } }';
const ordinaryAnswer = { data: { user: { name: 'Name of user-1' } } };

/** Largest answer without data, in characters, longest message in it, and most errors of any answer. */
const MAX_ANSWER = 40_000;
const MAX_MESSAGE = 600;
const MAX_ERRORS = 100;

/** Request for a query, or for the trusted document of it. */
type Way = (
  asked: { readonly query: string } | { readonly documentId: string },
  variables?: string,
  token?: string,
) => Request;

const post: Way = (asked, variables = '{}', token = TOKEN) =>
  new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    // The text of the variables can be too deep to be parsed by a recursive parser.
    body: `${JSON.stringify(asked).slice(0, -1)},"variables":${variables}}`,
  });

const get: Way = (asked, variables = '{}', token = TOKEN) =>
  new Request(`http://localhost/graphql?${new URLSearchParams({ ...asked, variables })}`, {
    headers: { authorization: `Bearer ${token}` },
  });

async function answerTo(
  { gateway }: TestGateway,
  request: Request,
): Promise<{ answer: GraphQLAnswer; text: string }> {
  const response = await gateway.fetch(request);
  const text = await response.text();
  expect(response.status, text.slice(0, 500)).toBe(200);
  return { answer: JSON.parse(text), text };
}

function expectOutcome({ outcome }: Attack, { answer, text }: { answer: GraphQLAnswer; text: string }): void {
  const { code, limit, hasData = false } = outcome;
  const { data, errors = [] } = answer;
  expect(errors.length, text.slice(0, 500)).toBeGreaterThan(0);
  expect(errors.length).toBeLessThanOrEqual(MAX_ERRORS);
  for (const { message, extensions } of errors) {
    expect(message.length, message).toBeLessThanOrEqual(MAX_MESSAGE);
    expect(extensions?.code, message).toBe(code);
  }
  if (limit !== undefined) {
    const [{ extensions } = { extensions: null }] = errors;
    expect(extensions).toMatchObject({ limit, asked: expect.any(Number), allowed: expect.any(Number) });
    expect(extensions?.asked).toBeGreaterThan(extensions?.allowed ?? Infinity);
  }
  if (hasData) {
    expect(Object.values(data)).not.toContain(null);
    return;
  }
  // A refusal of arguments has null in the place of each field.
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(text.length).toBeLessThanOrEqual(MAX_ANSWER);
}

/** Sends an attack while another client asks something ordinary. Answer to what that client asks afterwards. */
async function answerAfter(
  attack: Attack,
  tested: TestGateway,
  way: Way,
  isTrusted: boolean,
): Promise<GraphQLAnswer> {
  const asked = isTrusted ? { documentId: 'attack' } : { query: attack.query };
  const ordinary = () => way(isTrusted ? { documentId: 'ordinary' } : { query: ORDINARY }, '{}', OTHER_TOKEN);
  // Kept from now on: a call beside the attack would be too late where the attack takes the clock ahead.
  await answerTo(tested, ordinary());
  const [attacked, beside] = await Promise.all([
    answerTo(tested, way(asked, attack.variables)),
    answerTo(tested, ordinary()),
  ]);
  expectOutcome(attack, attacked);
  expect(beside.answer).toEqual(ordinaryAnswer);
  const spent = tested.sandbox.requests.filter(({ token }) => token === TOKEN);
  expect(spent).toHaveLength(attack.outcome.calls ?? 0);
  return (await answerTo(tested, ordinary())).answer;
}

const attacks = [...sizeAttacks, ...textAttacks, ...variableAttacks, ...answerAttacks];

describe.each([
  ['interpreted', Infinity],
  ['compiled', 1],
])('%s', (_which, compileAtHit) => {
  // Invalid documents reach no executor.
  const those = attacks.filter(({ outcome }) => compileAtHit === Infinity || outcome.isInvalid !== true);
  const gatewayFor = (
    { against = {} }: Attack,
    env: Readonly<Record<string, string>> = {},
    manifest?: Readonly<Record<string, string>>,
  ) =>
    gatewayForTest({
      ...against,
      env: { ...env, ...against.env },
      tokens: [OTHER_TOKEN],
      compileAtHit,
      ...(manifest && { manifest }),
    });

  describe.each([
    ['POST', post],
    ['GET', get],
  ])('over %s', (_method, way) => {
    test.each(those)('$name', async (attack) => {
      expect(await answerAfter(attack, await gatewayFor(attack), way, false)).toEqual(ordinaryAnswer);
    });
  });

  describe('as trusted document', () => {
    const trustedGatewayFor = (attack: Attack) => {
      const manifest = { attack: attack.query, ordinary: ORDINARY };
      return gatewayFor(attack, { TRUSTED_DOCUMENTS: 'only', INTROSPECTION: 'on' }, manifest);
    };
    const valid = those.filter(({ outcome }) => outcome.isInvalid !== true);
    const invalid = those.filter(({ outcome }) => outcome.isInvalid === true);

    test.each(valid)('$name', async (attack) => {
      expect(await answerAfter(attack, await trustedGatewayFor(attack), post, true)).toEqual(ordinaryAnswer);
    });

    test.each(invalid)('$name, with which no gateway starts', async (attack) => {
      await expect(trustedGatewayFor(attack)).rejects.toThrow(ConfigError);
    });
  });
});
