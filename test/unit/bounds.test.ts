import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONNECTIONS_FOR_LOGINS, MAX_LIST_BYTES } from '../../src/config/config.ts';
import { type SettingName, settings } from '../../src/config/settings.ts';
import { MAX_INTERACTIONS } from '../../src/connections/campaign-interaction-page.ts';
import { LONGEST_NODE_ID } from '../../src/datasources/wire/node-id.ts';
import { LONGEST_CURSOR } from '../../src/connections/cursor.ts';
import { MAX_CAMPAIGN_PAGE } from '../../src/datasources/campaign-pages.ts';
import * as coercedVariables from '../../src/executor/coerced-variables.ts';
import { MAX_OPERATIONS, MAX_POSITIONS_KEPT } from '../../src/executor/compiled-operations.ts';
import { MAX_POSITIONS } from '../../src/executor/select-positions.ts';
import { MAX_REPRESENTATIONS } from '../../src/federation/representations.ts';
import { CONNECTION_RESERVE } from '../../src/http/connections.ts';
import { MAX_MEDIA_RANGES } from '../../src/http/media-types.ts';
import { MOST_HOLDING } from '../../src/http/one-request-at-a-time.ts';
import { MAX_JSON_BYTES, MAX_JSON_DEPTH } from '../../src/lib/json-bounds.ts';
import { GRACE_MS } from '../../src/lib/own-work.ts';
import { MAX_DEPTH, MAX_VALUES } from '../../src/lib/parse-in-pieces.ts';
import { MAX_WAITING_BYTES } from '../../src/observability/log-destination.ts';
import { MOST_COUNTED, MOST_NAMES } from '../../src/observability/metrics/operation-labels.ts';
import { MOST_CONNECTIONS } from '../../src/observability/metrics/serve-metrics.ts';
import { MOST_CHARACTERS, MOST_ORIGINS } from '../../src/observability/origin-log.ts';
import { LONGEST_NAME } from '../../src/observability/requests/operation-name.ts';
import * as answerFields from '../../src/operations/answer-fields.ts';
import { MAX_ERRORS, MAX_LOCATIONS, MAX_MESSAGE } from '../../src/operations/client-error.ts';
import { MAX_TOKENS_KEPT } from '../../src/operations/document-cache.ts';
import * as introspectionFields from '../../src/operations/introspection-fields.ts';
import { MAX_ALIAS_LENGTH, MAX_DIRECTIVES } from '../../src/operations/limits.ts';
import { MAX_LINES, MAX_NESTING } from '../../src/operations/parse.ts';
import { MOST_COMPRESSED } from '../../src/plugins/use-large-answers.ts';
import { MAX_PLANS } from '../../src/plugins/use-query-cost.ts';
import { MOST_WAITING } from '../../src/redis/client.ts';
import { MOST_CALLERS } from '../../src/redis/lua-scripts.ts';
import { MAX_ANSWER_BYTES } from '../../src/upstream/http/exchange.ts';
import { MAX_HUGE_BYTES, MAX_LARGE_BYTES, UNKNOWN_LENGTH_BYTES } from '../../src/upstream/large-reads.ts';
import { LEAST_KNOWN } from '../../src/upstream/upstream-connections.ts';
import { MAX_RETRIES } from '../../src/upstream/with-retries.ts';

const text = readFileSync(new URL('../../docs/bounds.md', import.meta.url), 'utf8');

/** Cells of the rows that say something, by column. */
const rows = [...text.matchAll(/^\| (?!what|\*\*|-)(.*) \|$/gm)].map(([, row = '']) => {
  const [what = '', most = '', setting = '', code = '', effect = ''] = row
    .split(' | ')
    .map((cell) => cell.trim());
  return { what, most, setting: setting.replaceAll('`', ''), code, effect };
});

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

test('the table of bounds has each setting of one', () => {
  const named = new Set(rows.map(({ setting }) => setting));
  const bounding = Object.keys(settings).filter((name) => /^MAX_|_MAX_BYTES$|_TIMEOUT_MS$/.test(name));
  expect(bounding.length).toBeGreaterThan(10);
  expect(bounding.filter((name) => !named.has(name))).toEqual([]);
});

const ofSettings = rows.filter(({ setting }) => setting !== 'none');

test.each(ofSettings)('the table of bounds has the default of $setting: $what', ({ most, setting }) => {
  if (!isSetting(setting)) throw new TypeError(`There is no setting ${setting}.`);
  const { default: usual, meaning } = settings[setting];
  const shown = most.replace(/ m?s$/, '');
  // The meaning of a setting without a default says what holds then.
  const isRight = usual === null ? meaning.includes(shown.replace(' the heap limit', '')) : shown === usual;
  expect(isRight || most === 'the same', `${most}, not ${usual}`).toBe(true);
});

/** Numbers of the rows without a setting, as the code has them; null where it has them in no constant. */
const withoutSettings: Readonly<Record<string, readonly number[] | null>> = {
  'operations in one request (array batching)': null,
  'media ranges of an Accept header': [MAX_MEDIA_RANGES],
  "the gateway's own work after that time ended the waiting": [GRACE_MS],
  'connections above `MAX_CONNECTIONS`, for health probes and refusals': [CONNECTION_RESERVE],
  'pipelined requests in flight on one connection': null,
  'connections to the metrics port (`METRICS_PORT`)': [MOST_CONNECTIONS, CONNECTION_RESERVE],
  'upstream connections that are kept for logins and signing keys (`AUTH_JWKS_URL`)': [
    CONNECTIONS_FOR_LOGINS,
  ],
  'calls that use, or wait for, a connection with credentials that the upstream has not accepted yet': null,
  'connections with unread pipelined requests': [MOST_HOLDING],
  directives: [MAX_DIRECTIVES],
  'line breaks': [MAX_LINES],
  'characters of an alias': [MAX_ALIAS_LENGTH],
  'nested brackets, and selections nested through fragments': [MAX_NESTING],
  '`first` of interactions; of campaigns': [MAX_INTERACTIONS, MAX_CAMPAIGN_PAGE],
  'ids, and divisions, in the filter of campaigns; its name': null,
  'representations of `_entities`': [MAX_REPRESENTATIONS],
  "characters of an id; of a contact's id; of a cursor; of a `nodeId`": [
    128,
    512,
    LONGEST_CURSOR,
    LONGEST_NODE_ID,
  ],
  "nesting of a variable's value": [MAX_JSON_DEPTH],
  'retries of one call': [MAX_RETRIES],
  'bytes of one upstream answer': [MAX_ANSWER_BYTES],
  'bytes of upstream answers of 1 to 8 MiB that are read at the same time': [MAX_LARGE_BYTES],
  'bytes of upstream answers above 8 MiB, or of unknown length, that are read at the same time': [
    MAX_HUGE_BYTES,
    UNKNOWN_LENGTH_BYTES,
  ],
  'lists and objects in an upstream answer above 1 MiB: nested; in all': [MAX_DEPTH, MAX_VALUES],
  'nesting and bytes of a JSON value in an upstream answer': [MAX_JSON_DEPTH, MAX_JSON_BYTES],
  'positions of the answer that a plan visits': [answerFields.MAX_VISITED],
  'schema objects that the plan of an introspection query visits': [introspectionFields.MAX_VISITED],
  'answers above 256 kB that are compressed at the same time': [MOST_COMPRESSED],
  'errors of an answer': [MAX_ERRORS],
  'errors in variables; in arguments': [coercedVariables.MAX_ERRORS],
  'locations of an error': [MAX_LOCATIONS],
  'characters of the request that an error quotes': [MAX_MESSAGE],
  'bytes of cached lists of interactions': [MAX_LIST_BYTES],
  'cached documents (parsed queries)': [MAX_TOKENS_KEPT],
  'compiled operations; their positions together': [MAX_OPERATIONS, MAX_POSITIONS_KEPT],
  'positions in the answer of one compiled operation': [MAX_POSITIONS],
  'cached plans of one operation': [MAX_PLANS],
  'operation names in metrics; names that are counted for that; characters of a name': [
    MOST_NAMES,
    MOST_COUNTED,
    LONGEST_NAME,
  ],
  "cached hashes of documents, for the log's `documentHash`": null,
  "characters in the log: of a client's name; its version; a request id": null,
  'credentials for which the gateway keeps state: quota, circuit breakers, pauses after a 429': null,
  'credentials that the upstream is known to accept': [LEAST_KNOWN, 2 * LEAST_KNOWN],
  'callers of one shared credential whose calls are counted: in the process; in Redis': [MOST_CALLERS],
  'refused origins in the log; characters of an origin': [MOST_ORIGINS, MOST_CHARACTERS],
  'bytes of log lines that wait to be written': [MAX_WAITING_BYTES],
  'commands that wait for Redis': [MOST_WAITING],
};

test('the table of bounds has the numbers of the code where there is not a setting', () => {
  const shown = rows
    .filter(({ setting }) => setting === 'none')
    .map(({ what, most }) => [what, withoutSettings[what] === null ? null : most.match(/\d+/g)?.map(Number)]);
  expect(Object.fromEntries(shown)).toEqual(withoutSettings);
});
