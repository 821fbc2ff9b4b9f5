/**
 * Mistakes that must not compile with `examples/client`: a client whose types catch nothing would compile as well. Nothing
 * here runs; `npm run check:types` fails when one of them is no longer an error.
 */
import type { Answer, Execute } from '../../../examples/client/src/client.ts';
import { graphql } from '../../../examples/client/src/generated/gql.ts';
import {
  InteractionPageDocument,
  type InteractionPageQuery,
} from '../../../examples/client/src/generated/graphql.ts';
import type { interactionLine } from '../../../examples/client/src/interaction-line.ts';

type Interaction = Parameters<typeof interactionLine>[0];

export function read({ data }: Answer<InteractionPageQuery>, interaction: Interaction) {
  // @ts-expect-error -- a list that could not be read is null
  void data?.campaignInteractions.totalCount;
  // @ts-expect-error -- the query does not select this field
  void interaction.callerName;
  // @ts-expect-error -- a time is text
  void data?.campaignInteractions?.observedAt.getTime();
  // @ts-expect-error -- the schema has no such state
  void (interaction.state === 'RINGING');
}

export function ask(execute: Execute) {
  // @ts-expect-error -- the query needs a number of rows
  void execute(InteractionPageDocument, { campaignId: 'campaign-1' });
  // @ts-expect-error -- a cursor is text
  void execute(InteractionPageDocument, { campaignId: 'campaign-1', first: 1, after: 1 });
  // @ts-expect-error -- nothing was generated for this query
  void execute(graphql('{ __typename }'), {});
}
