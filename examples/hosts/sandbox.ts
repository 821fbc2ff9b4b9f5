import { createGateway } from 'campaign-interaction-gateway';
import { EXAMPLE_CAMPAIGN_ID, startSandbox } from 'campaign-interaction-gateway/sandbox';

const sandbox = await startSandbox({ tokens: ['token-of-a-test'] });
const gateway = await createGateway({ upstream: { apiUrl: sandbox.url } });

const response = await gateway.fetch(
  new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer token-of-a-test' },
    body: JSON.stringify({
      query: `{ campaignInteractions(campaignId: "${EXAMPLE_CAMPAIGN_ID}", first: 1) { nodes { agent { email } } } }`,
    }),
  }),
);
console.log(await response.text());
console.log(`${sandbox.requests.length} upstream calls`);

await gateway.dispose();
await sandbox.close();
