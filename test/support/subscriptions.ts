import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import type { GatewayContext } from '../../src/context.ts';
import type { QueryCampaignInteractionsArgs } from '../../src/generated/resolvers.ts';
import { resolvers } from '../../src/resolvers/index.ts';
import { campaignInteractionConnection } from '../../src/resolvers/campaign-interaction-connection.ts';
import { finished, schemaParts } from '../../src/schema.ts';
import { type GraphQLAnswer, type TestGateway, startTestGateway, TOKEN } from './gateway.ts';
import { listeningForTest } from './listening.ts';
import { onTestFinished } from 'vitest';

/** Opens the events of a subscription to a campaign. */
export type Source = (
  campaignId: string,
  context: GatewayContext,
) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;

const root = `
  type Subscription {
    "Interactions of the campaign at each event."
    interactions(campaignId: ID!, first: Int, filter: CampaignInteractionFilter, after: String): CampaignInteractionConnection
    "Campaigns as the events hold them."
    campaign(campaignId: ID!): Campaign
    "A campaign for each element of an event."
    campaigns(campaignId: ID!): [Campaign!]
    "The same campaign, wrapped."
    change(campaignId: ID!): Change
    "Interactions that are personal data as a whole."
    secret(campaignId: ID!): CampaignInteractionConnection @personalData
  }
  type Change { campaign: Campaign interactions: [CampaignInteraction!] }
`;

/** The product's schema with subscriptions, whose events come from this source. */
function schemaWithSubscriptions(source: Source): GraphQLSchema {
  const subscribe = (_root: unknown, { campaignId }: { campaignId: string }, context: GatewayContext) =>
    source(campaignId, context);
  const fromEvent = { subscribe, resolve: (event: unknown) => event };
  const interactions = {
    subscribe,
    resolve: (
      _event: unknown,
      { campaignId, ...args }: QueryCampaignInteractionsArgs,
      context: GatewayContext,
      info: GraphQLResolveInfo,
    ) => campaignInteractionConnection(campaignId, args, context, info),
  };
  return finished(
    createSchema<GatewayContext>({
      typeDefs: [...schemaParts.typeDefs, root],
      resolvers: {
        ...resolvers,
        Subscription: {
          interactions,
          secret: interactions,
          campaign: fromEvent,
          campaigns: fromEvent,
          change: fromEvent,
        },
      },
    }),
    resolvers,
  );
}

interface Sent {
  readonly query?: string;
  readonly documentId?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer of Server-Sent Events. */
export interface Streamed {
  readonly status: number;
  readonly contentType: string | null;
  /** Results that have come, in their order. */
  readonly results: readonly GraphQLAnswer[];
  /** True when the server has ended the stream properly. */
  readonly isComplete: boolean;
}

export interface SubscriptionGateway extends TestGateway {
  readonly url: string;
  /** Number of sources that a subscription was about to open, and of those that have ended. */
  readonly sources: { readonly opened: number; readonly ended: number };
  /** Sends a request by POST over HTTP. */
  readonly post: (sent: Sent) => Promise<Response>;
  /** Reads all events of a subscription. `onResult` is called at each. */
  readonly subscribe: (sent: Sent, onResult?: (result: GraphQLAnswer) => void) => Promise<Streamed>;
}

/** One event. */
export async function* once(campaignId: string): AsyncGenerator {
  yield campaignId;
}

/** Gateway that listens on a port, over a sandbox, with the subscriptions of `schemaWithSubscriptions`. */
export async function subscriptionGatewayForTest(
  source: Source = once,
  options: Parameters<typeof startTestGateway>[0] = {},
): Promise<SubscriptionGateway> {
  const sources = { opened: 0, ended: 0 };
  async function observed(campaignId: string, context: GatewayContext) {
    sources.opened += 1;
    const events = (await source(campaignId, context))[Symbol.asyncIterator]();
    let isOver = false;
    const end = () => {
      if (!isOver) sources.ended += 1;
      isOver = true;
    };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        try {
          const next = await events.next();
          if (next.done === true) end();
          return next;
        } catch (error) {
          end();
          throw error;
        }
      },
      async return() {
        end();
        await events.return?.();
        return { done: true, value: undefined } as const;
      },
    };
  }
  const schema = schemaWithSubscriptions(observed);
  const started = await startTestGateway({ ...options, schema });
  onTestFinished(() => started.close());
  const url = await listeningForTest(started.gateway.listener);

  const post = ({ headers, signal, ...body }: Sent) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${TOKEN}`,
        ...headers,
      },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  return {
    ...started,
    url,
    sources,
    post,
    async subscribe(sent, onResult = () => undefined) {
      const response = await post(sent);
      const results: GraphQLAnswer[] = [];
      let isComplete = false;
      for await (const { event, data } of eventsOf(response)) {
        if (event === 'complete') isComplete = true;
        else {
          const result: GraphQLAnswer = JSON.parse(data);
          results.push(result);
          onResult(result);
        }
      }
      const { status, headers } = response;
      return { status, contentType: headers.get('content-type'), results, isComplete };
    },
  };
}

async function* eventsOf({ body }: Response): AsyncGenerator<{ event: string; data: string }> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata:(.*)$/.exec(block) ?? [];
      // Comments keep the connection alive.
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}
