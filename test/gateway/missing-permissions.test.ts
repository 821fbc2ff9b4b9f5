import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { onlyError } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';

const QUEUE = '{ queue(id: "queue-0") { name } }';
const STATS = '{ campaigns(first: 2) { nodes { stats { connectRatio } } } }';
const USER = '{ user(id: "user-1") { name } }';
const either = ['outbound:performance:view', 'outbound:campaign:view'];

/** ErrorBody whose permissions are in its sentence alone. */
function sentenceOnly(code: string, message: string): unknown {
  return { code, status: 403, message, contextId: 'an-id', details: [], errors: [] };
}

describe('an error for a missing permission', () => {
  test.each<[string, string, Fault, Readonly<Record<string, readonly string[]>>, string]>([
    [
      'names what the parameters of the upstream’s answer name',
      QUEUE,
      { kind: 'missingPermissions', resource: 'queues', permissions: ['routing:queue:view'] },
      { missingPermissions: ['routing:queue:view'] },
      'Queue: the upstream denied the call for lack of routing:queue:view.',
    ],
    [
      'names what the sentence of the upstream’s answer names',
      QUEUE,
      {
        kind: 'status',
        resource: 'queues',
        status: 403,
        body: sentenceOnly(
          'missing.permissions',
          'Unable to perform the requested action. You are missing the following permission(s): routing:queue:search',
        ),
      },
      { missingPermissions: ['routing:queue:search'] },
      'Queue: the upstream denied the call for lack of routing:queue:search.',
    ],
    [
      'names what the call needs where the upstream names nothing',
      QUEUE,
      { kind: 'status', resource: 'queues', status: 403 },
      { requiredPermissions: ['routing:queue:view'] },
      'Queue: the upstream denied the call, probably for lack of routing:queue:view.',
    ],
    [
      'says that one of those in the parameters is enough',
      STATS,
      { kind: 'missingPermissions', resource: 'campaignStats', permissions: either, any: true },
      { missingPermissions: either },
      'Campaign: the upstream denied the call for lack of one of outbound:performance:view, outbound:campaign:view.',
    ],
    [
      'says that one of those in the sentence is enough',
      STATS,
      {
        kind: 'status',
        resource: 'campaignStats',
        status: 403,
        body: sentenceOnly(
          'missing.any.permissions',
          `You must have at least one of the following permissions assigned: ${either.join(', ')}`,
        ),
      },
      { missingPermissions: either },
      'Campaign: the upstream denied the call for lack of one of outbound:performance:view, outbound:campaign:view.',
    ],
    [
      'says that one of those that the call needs is enough',
      STATS,
      { kind: 'status', resource: 'campaignStats', status: 403 },
      { requiredPermissions: either },
      'Campaign: the upstream denied the call, probably for lack of outbound:performance:view or outbound:campaign:view.',
    ],
    [
      'names nothing where nothing is known',
      USER,
      { kind: 'status', resource: 'users', status: 403 },
      {},
      'User: the upstream denied the call for lack of a permission.',
    ],
  ])('%s', async (_what, asked, fault, named, message) => {
    const { query } = await gatewayForTest({ faults: [fault] });
    const error = onlyError(await query(asked));
    const { code, missingPermissions, requiredPermissions } = error.extensions;
    expect(code).toBe('FORBIDDEN');
    expect({ missingPermissions, requiredPermissions }).toEqual({
      missingPermissions: undefined,
      requiredPermissions: undefined,
      ...named,
    });
    expect(error.message).toBe(message);
  });
});
