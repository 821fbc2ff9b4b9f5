import type { GatewayConfig } from './gateway.ts';

/** Text for the console once the gateway listens on `port`; `metricsPort` is absent where no metrics are served. */
export function banner(config: GatewayConfig, port: number, metricsPort?: number): string {
  const { host, upstream, exampleCampaignId, graphiql, trustedDocuments } = config;
  // Browsers cannot open a wildcard address, and `localhost` reads better than 127.0.0.1.
  const reachable = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  const address = `http://${name}:${port}/graphql`;
  const metrics = metricsPort === undefined ? '' : `\n  metrics     http://${name}:${metricsPort}/metrics`;
  const credential = {
    passThrough: "each caller's own bearer token (send an Authorization header)",
    accessToken: 'the access token that was configured',
    client: 'a login of its own',
  }[upstream.credentials.mode];
  const pasted =
    exampleCampaignId === undefined
      ? 'campaigns(first: 5) { totalCount nodes { id name campaignStatus } }'
      : `campaignInteractions(campaignId: "${exampleCampaignId}", first: 3) {
    totalCount
    nodes { state disposition agent { name email } contact { data } queue { name } }
  }`;
  return `${graphiql ? 'Gateway and GraphiQL' : 'Gateway'} on ${address}
  upstream    ${exampleCampaignId === undefined ? '' : 'the embedded sandbox: an invented organisation, on '}${upstream.apiUrl}
  credential  ${credential}
  callers     ${callers(config)}
  queries     ${queries(config)}${metrics}
${trustedDocuments?.mode === 'only' ? '' : `\nA query to paste:\n{\n  ${pasted}\n}\n`}`;
}

/** Callers that are accepted, in words. */
function callers({ authentication, upstream: { credentials } }: GatewayConfig): string {
  if (authentication === null) {
    return credentials.mode === 'passThrough' ? 'who has such a token' : 'whoever reaches it';
  }
  const { apiKeys, tokens } = authentication;
  return [
    ...(tokens === null ? [] : [`who has a token of ${tokens.issuer}`]),
    ...(apiKeys.length === 0 ? [] : [`who has one of the API keys (${apiKeys.length})`]),
  ].join(', or ');
}

/** Queries that are accepted, in words. */
function queries({ trustedDocuments, documents }: GatewayConfig): string {
  if (trustedDocuments === null || documents === undefined) return 'any within the limits';
  const known = `${documents.size} trusted ones by their ids`;
  return trustedDocuments.mode === 'only' ? `${known}, and no others` : `${known}, and any within the limits`;
}
