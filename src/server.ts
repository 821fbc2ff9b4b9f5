import type { RequestListener } from 'node:http';
import { createYoga } from 'graphql-yoga';
import type { Config, UpstreamConfig } from './config.ts';
import { createContext, type GatewayContext } from './context.ts';
import { UpstreamError } from './errors.ts';
import { exampleQueries, graphiqlOptions, graphiqlPage } from './graphiql.ts';
import { useArgumentRules } from './plugins/use-argument-rules.ts';
import { useGraphQLOverHTTP } from './plugins/use-graphql-over-http.ts';
import { useKnownOperationTypes } from './plugins/use-known-operation-types.ts';
import { useNoStore } from './plugins/use-no-store.ts';
import { useUpstreamErrors } from './plugins/use-upstream-errors.ts';
import { schema } from './schema.ts';
import { identitiesOf } from './upstream/credentials.ts';
import { deadlineIn } from './upstream/deadline.ts';
import { Http } from './upstream/http.ts';
import { UpstreamClient } from './upstream/upstream-client.ts';

/** The gateway's settings with an upstream that is there: over the sandbox it has been started by then. */
export type GatewayConfig = Omit<Config, 'upstream'> & {
  readonly upstream: UpstreamConfig;
  /** The campaign that GraphiQL's example queries ask about. */
  readonly exampleCampaignId?: string;
};

export interface Gateway {
  /** Answers a request as the Fetch standard has it; needs no port. */
  fetch(request: Request): Promise<Response>;
  /** The same for a server of `node:http`. */
  readonly listener: RequestListener;
  /** Ends upstream calls under way and closes the connections. Requests after it are answered with errors. */
  dispose(): Promise<void>;
}

/** Puts the gateway together. It holds no state beyond the connections to the upstream, and listens on nothing. */
export function createGateway(config: GatewayConfig): Gateway {
  const http = new Http(config.upstreamTimeoutMs);
  const client = new UpstreamClient(http, { ...config, apiUrl: config.upstream.apiUrl });
  const identityOf = identitiesOf(http, config.upstream.credentials, config.upstreamTimeoutMs);

  const yoga = createYoga<object, GatewayContext>({
    schema,
    context({ request }) {
      const identity = identityOf(request.headers.get('authorization'));
      const deadline = deadlineIn(config.requestTimeoutMs, request.signal);
      return createContext(
        (call) =>
          identity === null
            ? Promise.reject(new UpstreamError(credentialMissing))
            : client.read(identity, call, deadline),
        config.upstreamBatchSize,
      );
    },
    plugins: [
      useNoStore(),
      useGraphQLOverHTTP(),
      useKnownOperationTypes(),
      // First the arguments: nothing is spent on a request that is refused.
      useArgumentRules(),
      // Before Yoga's own masking, which takes any error that is not made for clients for a defect of the gateway.
      useUpstreamErrors(),
    ],
    graphiql: graphiqlOptions(
      exampleQueries(config.exampleCampaignId ?? 'id-of-a-campaign'),
      config.upstream.credentials.mode === 'passThrough',
    ),
    renderGraphiQL: graphiqlPage,
    landingPage: false,
    // Yoga would let every website read answers.
    cors: false,
    multipart: false,
  });

  return {
    fetch: async (request) => yoga.fetch(request),
    listener: refusingBadHosts((request, response) => void yoga(request, response)),
    async dispose() {
      await yoga.dispose();
      await http.dispose();
    },
  };
}

/** The URL of a request is made with its Host header, where a malformed one would be an error that nobody handles. */
function refusingBadHosts(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (URL.canParse(`http://${request.headers.host ?? 'localhost'}${request.url ?? ''}`)) {
      listener(request, response);
    } else {
      response.writeHead(400, { 'cache-control': 'private, no-store' }).end();
    }
  };
}

const credentialMissing = {
  code: 'UNAUTHENTICATED',
  message: 'send an Authorization header with a bearer token of the upstream',
} as const;
