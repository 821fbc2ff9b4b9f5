import { ORDINARY_TOKENS } from '../ordinary-clients.ts';
import type { Ground } from './ground.ts';
import type { Outcome, Scenario } from './scenario.ts';

/** As many names as metrics have labels for. */
const NAMES = 50;

async function takeLabels(ground: Ground): Promise<Outcome> {
  const { url } = await ground.upstream();
  const { port, metrics, gateway } = await ground.gateway({ GENESYSCLOUD_API_URL: url });
  const stranger = ground.client(port);
  for (let n = 0; n < NAMES; n += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    await stranger.ask(`query Evil${n} { __typename }`);
  }
  const [token = ''] = ORDINARY_TOKENS;
  const { text } = await ground.client(port, { token }).ask('query Good { user(id: "user-1") { id name } }');
  const scraped = await metrics();
  const labels = [...scraped.matchAll(/^gateway_requests_total\{operation="([^"]*)"/gm)].map(
    ([, label]) => label,
  );
  const evil = labels.filter((label) => label?.startsWith('Evil')).length;
  const isNamed = labels.includes('Good');
  return {
    figure: `${evil} labels taken; the good operation ${isNamed ? 'has its own' : 'counts as other'}`,
    problems: [
      ...(isNamed ? [] : ['the good operation has no label of its own']),
      ...(text.includes('"errors"') ? [text.slice(0, 200)] : []),
      ...gateway.takeComplaints(),
    ],
  };
}

/** Clients that name operations. */
export const names: readonly Scenario[] = [
  {
    name: 'names-without-credential',
    before: 'all metric labels taken until restart',
    openFiles: 10,
    run: takeLabels,
  },
];
