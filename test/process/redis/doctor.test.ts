import { describe, expect, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { formatReport, jsonReport } from '../../../src/doctor/format-report.ts';
import { examinedForTest } from '../../support/doctor.ts';
import { RedisProxy } from '../../support/redis-proxy.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';

const whySkipped = whySkippedWithoutRedis('what doctor tells of Redis');

const examined = (url: string) =>
  examinedForTest({}, { REDIS_URL: url, REDIS_PEPPER: 'a pepper of these tests, long enough' });

describe.skipIf(whySkipped !== null)('doctor tells of Redis', () => {
  test('its version and the time of a command', async () => {
    const { found, result } = await examined((await redisForTest()).url);
    expect(found('redis')).toMatchObject({
      status: 'ok',
      facts: { version: expect.stringMatching(/^\d+\.\d+/), roundTripMs: expect.any(Number), problems: [] },
    });
    expect(result).toBe('works');
  });

  test('the commands that its user lacks, with which no gateway starts', async () => {
    const redis = await redisForTest();
    await redis.ask((client) =>
      client.sendCommand([
        'ACL',
        'SETUSER',
        'gateway',
        'on',
        '>a-password',
        '~*',
        '&*',
        '+@all',
        '-eval',
        '-pttl',
      ]),
    );
    const report = await examined(redis.url.replace('//', '//gateway:a-password@'));
    expect(report.found('redis')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/lacks: PTTL, EVAL|lacks: EVAL, PTTL/),
    });
    expect(report.result).toBe('does not work');
    expect(formatReport(report) + jsonReport(report)).not.toContain('a-password');
  });

  test('that it does not accept the password', async () => {
    const redis = await redisForTest();
    await redis.ask((client) => client.configSet('requirepass', 'right'));
    const report = await examined(redis.url.replace('//', '//:wrong-one@'));
    expect(report.found('redis').message).toContain('does not accept');
    expect(report.result).toBe('does not work');
    expect(formatReport(report) + jsonReport(report)).not.toContain('wrong-one');
  });

  test('that it accepts connections and answers nothing', async () => {
    const proxy = await RedisProxy.to((await redisForTest()).port);
    proxy.behave({ kind: 'silent' });
    const { found, result } = await examined(proxy.url);
    expect(found('redis').status).toBe('fail');
    expect(result).toBe('works with less');
  });
});

test('doctor tells of a Redis that is not there, without which each process goes on by itself', async () => {
  const { found, result } = await examined(`redis://127.0.0.1:${await freePort()}`);
  expect(found('redis')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('cannot be reached. Without Redis, each process has'),
  });
  expect(result).toBe('works with less');
});
