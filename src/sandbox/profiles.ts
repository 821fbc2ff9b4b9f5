import type { ProfileName } from './profile-names.ts';
import type { Fault } from './fault.ts';
import { unknownClient, wrongSecret } from './login.ts';
import {
  withAllDivisions,
  withEmptyNames,
  withEmptyTexts,
  withIdsInUpperCase,
  withSystemWrapUps,
} from './odd-values.ts';
import type { Organisation } from './organisation.ts';
import { withOwnContactIds } from './own-contact-ids.ts';
import type { RateLimit } from './rate-limit.ts';

/** A kind of upstream trouble. */
export interface Profile {
  /** The trouble in words, for the banner. */
  readonly description: string;
  readonly faults?: readonly Fault[];
  /** Replaces the sandbox's own limit. */
  readonly rateLimit?: RateLimit;
  /** The organisation that is shown instead. */
  readonly organisation?: (organisation: Organisation) => Organisation;
}

/** Upstream troubles and oddities by name. Each spares enough of the calls that a client can cope. */
export const PROFILES = {
  rateLimitBursts: {
    description: 'the first 10 of every 60 calls are answered with 429 and Retry-After',
    faults: [
      {
        kind: 'rateLimited',
        resource: 'api',
        retryAfterSeconds: 1,
        burst: { length: 10, every: 60 },
      },
    ],
  },
  rateLimitBurstsUnannounced: {
    description:
      'as rateLimitBursts, but the 429 has no Retry-After and no headers of the quota, and its message names no time',
    faults: [
      {
        kind: 'rateLimited',
        resource: 'api',
        retryAfterSeconds: null,
        burst: { length: 10, every: 60 },
      },
    ],
  },
  hiddenLimit: {
    description: '60 calls a minute for each token, although 300 are announced',
    rateLimit: { allowed: 60, windowSeconds: 60, announced: 300 },
  },
  serverErrors: {
    description: 'a fifth of the calls are answered with 500, 502, 503 or 504',
    faults: [
      { kind: 'status', status: 500, resource: 'api', rate: 0.05 },
      { kind: 'status', status: 502, resource: 'api', rate: 0.05 },
      { kind: 'status', status: 503, resource: 'api', rate: 0.05 },
      { kind: 'status', status: 504, resource: 'api', rate: 0.05 },
    ],
  },
  slowAnswers: {
    description: 'a third of the answers take 300 ms longer, and one in twenty takes 1.5 seconds longer',
    faults: [
      { kind: 'delay', ms: 300, rate: 0.33 },
      { kind: 'delay', ms: 1500, rate: 0.05 },
    ],
  },
  hangingAnswers: {
    description: 'one call in twenty is never answered',
    faults: [{ kind: 'hang', resource: 'api', burst: { length: 1, every: 20 } }],
  },
  resets: {
    description: 'a tenth of the connections break, before the answer or in the middle of its body',
    faults: [
      { kind: 'reset', rate: 0.05 },
      { kind: 'reset', afterBytes: 100, rate: 0.05 },
    ],
  },
  htmlErrors: {
    description: 'a tenth of the answers are the HTML page of a proxy, with status 502 or 200',
    faults: [
      { kind: 'html', rate: 0.05 },
      { kind: 'html', status: 200, rate: 0.05 },
    ],
  },
  brokenJson: {
    description: 'some answers end halfway, have no body (204) or values of wrong types',
    faults: [
      { kind: 'truncate', resource: 'api', rate: 0.05 },
      { kind: 'status', status: 204, resource: 'api', rate: 0.03 },
      { kind: 'status', status: 200, resource: 'api', body: 7, rate: 0.03 },
      { kind: 'status', status: 200, resource: 'users', body: { entities: 'none' }, rate: 0.05 },
      {
        kind: 'status',
        status: 200,
        resource: 'campaignInteractions',
        body: { pendingInteractions: 'none' },
        rate: 0.05,
      },
    ],
  },
  expiredTokens: {
    description: 'one call in twenty gets 401 for an expired token; the next call with the token succeeds',
    faults: [{ kind: 'status', status: 401, code: 'credentials.expired', resource: 'api', rate: 0.05 }],
  },
  revokedTokens: {
    description: 'one call in twenty gets 401 for an unknown token; the next call with the token succeeds',
    faults: [{ kind: 'status', status: 401, resource: 'api', rate: 0.05 }],
  },
  missingPermissions: {
    description: 'contacts, scripts and statistics of campaigns are denied (403)',
    faults: [
      { kind: 'missingPermissions', resource: 'contacts', permissions: ['outbound:contact:view'] },
      { kind: 'missingPermissions', resource: 'scripts', permissions: ['scripter:script:view'] },
      {
        kind: 'missingPermissions',
        resource: 'campaignStats',
        permissions: ['outbound:performance:view', 'outbound:campaign:view'],
        any: true,
      },
    ],
  },
  throttledLogin: {
    description: 'the first two of every four logins meet a rate limit, one with Retry-After, one without',
    faults: [
      {
        kind: 'rateLimited',
        resource: 'login',
        retryAfterSeconds: 1,
        burst: { length: 1, every: 4 },
      },
      // Three of every four logins count here: the fault above decides the other one.
      { kind: 'rateLimited', resource: 'login', burst: { length: 1, every: 3 } },
    ],
  },
  refusedLogins: {
    description:
      'the first of every four logins fails for an unknown client, and the second for a wrong secret',
    faults: [
      {
        kind: 'status',
        resource: 'login',
        ...unknownClient(),
        burst: { length: 1, every: 4 },
      },
      // Three of every four logins count here, as above.
      { kind: 'status', resource: 'login', ...wrongSecret(), burst: { length: 1, every: 3 } },
    ],
  },
  resourceLimit: {
    description:
      'a quarter of the calls for users and contacts get 429 for a limit of the resource, which no quota header shows',
    faults: [
      { kind: 'rateLimited', resource: 'users', retryAfterSeconds: 1, burst: { length: 5, every: 20 } },
      { kind: 'rateLimited', resource: 'contacts', retryAfterSeconds: 1, burst: { length: 5, every: 20 } },
    ],
  },
  packedAnswers: {
    description: 'answers are compressed (gzip), even if the request does not accept it',
    faults: [{ kind: 'encoding', coding: 'gzip' }],
  },
  foreignNotFound: {
    description: 'a tenth of the answers are a 404 of a proxy or an API gateway, not of the vendor',
    faults: [
      {
        kind: 'status',
        status: 404,
        resource: 'api',
        rate: 0.05,
        foreign: true,
        html: true,
        body: '<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>',
      },
      {
        kind: 'status',
        status: 404,
        resource: 'api',
        rate: 0.05,
        foreign: true,
        body: { message: 'no Route matched with those values' },
      },
    ],
  },
  refusedBatches: {
    description: 'calls with a bad id (400, 404) or too many ids (413, 414) are refused as a whole',
    faults: [
      { kind: 'tooManyIds', maxIds: 30, resource: 'contacts' },
      { kind: 'tooManyIds', maxIds: 20, resource: 'users', status: 414 },
      { kind: 'tooManyIds', maxIds: 3, resource: 'queues', status: 414 },
      // Not 404 for contacts: there a 404 means an unknown contact list, not a refused id.
      { kind: 'refuseIds', ids: { share: 0.05 }, resource: 'users', status: 404 },
      { kind: 'refuseIds', ids: { share: 0.01 }, resource: 'contacts' },
    ],
  },
  fewIds: {
    description:
      'a call with more than 10 ids of users or contacts is refused (400); other listings are cut to 10 rows',
    faults: [
      { kind: 'tooManyIds', maxIds: 10, status: 400, resource: 'users' },
      { kind: 'tooManyIds', maxIds: 10, status: 400, resource: 'contacts' },
      { kind: 'cut', maxRows: 10, resource: 'api' },
    ],
  },
  cutAnswers: {
    description: 'listings have at most 5 rows on a page; pageSize, pageCount, nextUri and total all show it',
    faults: [{ kind: 'cut', maxRows: 5, resource: 'api' }],
  },
  cutAnswersWithoutTotal: {
    description: 'the same, but only `pageSize` (users), `pageCount` (queues) or `nextUri` (others) says so',
    faults: [
      { kind: 'cut', maxRows: 5, toldBy: 'pageSize', resource: 'users' },
      { kind: 'cut', maxRows: 5, toldBy: 'pageCount', resource: 'queues' },
      { kind: 'cut', maxRows: 5, toldBy: 'nextUri', resource: 'api' },
    ],
  },
  emptyNames: {
    description: 'names of references, participants, wrap-ups and contacts are empty, or only white space',
    faults: [{ kind: 'alter', resource: 'api', alter: withEmptyNames }],
  },
  emptyTexts: {
    description: 'enum values and optional texts are present, but empty',
    faults: [{ kind: 'alter', resource: 'api', alter: withEmptyTexts }],
  },
  ownContactIds: {
    description:
      'contacts have ids that the customer chose: phone numbers, e-mail addresses, and ids with blanks, slashes, accents or dots',
    organisation: withOwnContactIds,
  },
  idsInUpperCase: {
    description: 'UUIDs are in upper case in references, and in lower case in the rows that they refer to',
    faults: [{ kind: 'alter', resource: 'api', alter: withIdsInUpperCase }],
  },
  systemWrapUps: {
    description: 'wrap-ups have system codes (`ININ-…`), which lookups do not know',
    faults: [{ kind: 'alter', resource: 'api', alter: withSystemWrapUps }],
  },
  allDivisions: {
    description: 'every second row belongs to the division `*`, which lookups do not know',
    faults: [{ kind: 'alter', resource: 'api', alter: withAllDivisions }],
  },
} as const satisfies Readonly<Record<ProfileName, Profile>>;
