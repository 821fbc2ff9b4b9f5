import type { GatewayConfig } from './server.ts';

/** What the console shows once the gateway listens on this port. */
export function greeting(config: GatewayConfig, port: number): string {
  const { host, upstream, exampleCampaignId } = config;
  // A wildcard address is nothing to open in a browser; 127.0.0.1 reads better by its name.
  const reachable = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  const address = `http://${name}:${port}/graphql`;
  const credential = {
    passThrough: "each caller's own bearer token (send an Authorization header)",
    accessToken: 'the access token that was configured',
    client: 'a login of its own',
  }[upstream.credentials.mode];
  return exampleCampaignId === undefined
    ? `Gateway and GraphiQL on ${address}
  upstream    ${upstream.apiUrl}
  credential  ${credential}
  callers     ${callers(config)}

A query to paste:
${query('campaigns(first: 5) { totalCount nodes { id name campaignStatus } }')}
`
    : `Gateway and GraphiQL on ${address}
  upstream    the embedded sandbox: an invented organisation, on ${upstream.apiUrl}
  credential  ${credential}
  callers     ${callers(config)}

A query to paste:
${query(`campaignInteractions(campaignId: "${exampleCampaignId}", first: 3) {
    totalCount
    nodes { state disposition agent { name email } contact { data } queue { name } }
  }`)}
`;
}

/** Who may ask. */
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

function query(field: string): string {
  return `{\n  ${field}\n}`;
}
