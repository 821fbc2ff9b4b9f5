import process from 'node:process';
import { createClient, NoAnswerError } from './client.ts';
import { explain } from './gateway-error.ts';
import { interactionLine } from './interaction-line.ts';
import { interactionPages } from './interaction-pages.ts';

const SANDBOX_CAMPAIGN = '5a11ab1e-0000-4000-8000-000000000001';

/** Lists a campaign's interactions and tells what is missing; gives whether the list could be read to its end. */
async function list(url: URL, token: string | undefined, campaignId: string, first: number) {
  let isComplete = true;
  let shown = 0;
  for await (const { page, errors } of interactionPages(createClient(url, token), campaignId, first)) {
    if (page === null) {
      isComplete = false;
      if (errors.length === 0) console.error(`The upstream knows no campaign ${campaignId}.`);
    } else {
      // A page of none leads nowhere.
      if (page.pageInfo.hasNextPage && page.pageInfo.endCursor === null) isComplete = false;
      for (const interaction of page.nodes) console.log(interactionLine(interaction, errors));
      shown += page.nodes.length;
      console.log(`-- ${shown} of ${page.totalCount} interactions at ${page.observedAt}`);
    }
    for (const error of errors) console.error(explain(error));
  }
  return isComplete;
}

const { GATEWAY_URL = 'http://localhost:4000/graphql', GATEWAY_TOKEN } = process.env;
const [campaignId = SANDBOX_CAMPAIGN, pageSize = '20'] = process.argv.slice(2);

if (/^https?:/.test(GATEWAY_URL) && URL.canParse(GATEWAY_URL)) {
  try {
    const isComplete = await list(new URL(GATEWAY_URL), GATEWAY_TOKEN, campaignId, Number(pageSize));
    if (!isComplete) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    console.error(`${error.message} GATEWAY_URL tells where the gateway is.`);
    process.exitCode = 1;
  }
} else {
  console.error('GATEWAY_URL has to be an address such as http://localhost:4000/graphql.');
  process.exitCode = 1;
}
