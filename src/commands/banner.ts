import type { AuthConfig, Config, ServerConfig, TrustedDocumentsConfig } from '../config/slices.ts';
import type { UpstreamTarget } from '../config/upstream.ts';
import { ENDPOINT } from '../http/endpoint.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';

export interface BannerOptions {
  readonly config: Config;
  readonly target: UpstreamTarget;
  readonly documents: TrustedDocuments | null;
  /** Id of a campaign of the embedded sandbox; null without the sandbox. */
  readonly exampleCampaignId: string | null;
  readonly port: number;
  /** Null where no metrics are served. */
  readonly metricsPort: number | null;
}

/** Text for the console once the gateway listens on `port`. */
export function banner(options: BannerOptions): string {
  const { config, target, documents, exampleCampaignId, port, metricsPort } = options;
  const { host, graphiql } = config.server;
  const { trustedDocuments } = config.operations;
  // Browsers cannot open a wildcard address, and `localhost` reads better than 127.0.0.1.
  const reachable = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  const address = `http://${name}:${port}${ENDPOINT}`;
  const metrics = metricsPort === null ? '' : `\n  metrics     http://${name}:${metricsPort}/metrics`;
  const credential = {
    passThrough: "each caller's own bearer token (send an Authorization header)",
    accessToken: 'the access token that was configured',
    client: "the gateway's own login",
  }[target.credentials.mode];
  const pasted =
    exampleCampaignId === null
      ? 'campaigns(first: 5) { totalCount nodes { id name campaignStatus } }'
      : `campaignInteractions(campaignId: "${exampleCampaignId}", first: 3) {
    totalCount
    nodes { state disposition agent { name email } contact { data } queue { name } }
  }`;
  return `${graphiql ? 'Gateway and GraphiQL' : 'Gateway'} on ${address}
  upstream    ${exampleCampaignId === null ? '' : 'the embedded sandbox: an invented organisation, on '}${target.apiUrl}
  credential  ${credential}
  callers     ${callers(config.auth, target)}
  queries     ${queries(trustedDocuments, documents)}
  web pages   ${webPages(config.server)}${metrics}
${trustedDocuments?.mode === 'only' ? '' : `\nA query to paste:\n{\n  ${pasted}\n}\n`}`;
}

/** Callers that are accepted, in words. */
function callers({ authentication }: AuthConfig, { credentials }: UpstreamTarget): string {
  if (authentication === null) {
    return credentials.mode === 'passThrough'
      ? 'anyone with such a token'
      : 'anyone who can reach this address';
  }
  const { apiKeys, tokens } = authentication;
  return [
    ...(tokens === null ? [] : [`anyone with a token of ${tokens.issuer}`]),
    ...(apiKeys.length === 0 ? [] : [`anyone with one of the API keys (${apiKeys.length})`]),
  ].join(', or ');
}

/** Web pages of other origins that may ask, in words. */
function webPages({ corsOrigins, loopbackOrigins }: ServerConfig): string {
  if (loopbackOrigins) return 'pages of this machine, on any port; set CORS_ORIGINS for others';
  return corsOrigins.length > 0
    ? `those of ${corsOrigins.join(', ')}`
    : 'none of other origins; to allow one, set CORS_ORIGINS=http://localhost:5173';
}

/** Queries that are accepted, in words. */
function queries(
  trustedDocuments: TrustedDocumentsConfig | null,
  documents: TrustedDocuments | null,
): string {
  if (trustedDocuments === null || documents === null) return 'any within the limits';
  const known = `${documents.size} trusted documents by id`;
  return trustedDocuments.mode === 'only' ? `${known}, and no others` : `${known}, and any within the limits`;
}
