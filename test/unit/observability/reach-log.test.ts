import { expect, test } from 'vitest';
import { ReachLog } from '../../../src/observability/reach-log.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { TestClock } from '../../support/test-clock.ts';

function reachLog() {
  const clock = new TestClock();
  const { log, entries } = capturedLog();
  const told = () => entries().map(({ msg, host, through, code }) => [msg, host, through, code]);
  return { clock, told, entries, reach: new ReachLog(clock, log) };
}

const refused = { obstacle: 'refused', code: 'ECONNREFUSED' } as const;
const untrusted = { obstacle: 'untrusted', code: 'SELF_SIGNED_CERT_IN_CHAIN' } as const;
const AWAY = 'A host cannot be reached';
const BACK = 'A host can be reached again';

test('a host that cannot be reached is told once for each reason, and once when it can be again', () => {
  const { reach, told } = reachLog();
  for (let n = 0; n < 3; n += 1) {
    reach.failed('api.example', 'p.example:3128', refused);
    reach.failed('api.example', 'p.example:3128', untrusted);
  }
  expect(reach.problemOf('api.example')).toBe(
    'cannot be reached: its TLS certificate comes from an authority that is not trusted',
  );
  for (let n = 0; n < 3; n += 1) reach.reached('api.example', 'p.example:3128');
  expect(told()).toEqual([
    [AWAY, 'api.example', 'proxy p.example:3128', 'ECONNREFUSED'],
    [AWAY, 'api.example', 'proxy p.example:3128', 'SELF_SIGNED_CERT_IN_CHAIN'],
    [BACK, 'api.example', 'proxy p.example:3128', undefined],
  ]);
  expect(reach.problemOf('api.example')).toBeNull();
});

test('a certificate that is not trusted is told with the setting that would help', () => {
  const { reach, entries } = reachLog();
  reach.failed('api.example', null, untrusted);
  expect(entries()).toMatchObject([
    { through: 'directly', hint: 'set CA_FILE to trust further authorities' },
  ]);
});

test('hosts are told apart, and one that was never away is not told', () => {
  const { reach, told } = reachLog();
  reach.failed('api.example', null, refused);
  reach.reached('login.example', null);
  expect(told()).toEqual([[AWAY, 'api.example', 'directly', 'ECONNREFUSED']]);
  expect(reach.problemOf('login.example')).toBeNull();
});

test('a host that comes and goes is told once a minute', async () => {
  const { reach, told, clock } = reachLog();
  for (let n = 0; n < 100; n += 1) {
    reach.failed('api.example', null, refused);
    reach.reached('api.example', null);
  }
  expect(told()).toHaveLength(2);
  reach.failed('api.example', null, refused);
  await clock.skip(60_000);
  expect(told()).toHaveLength(2);
  // An outage that lasts is told in the end.
  reach.failed('api.example', null, refused);
  expect(told()).toHaveLength(3);
  expect(reach.problemOf('api.example')).not.toBeNull();
});
