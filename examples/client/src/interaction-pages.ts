import type { Execute } from './client.ts';
import type { GatewayError } from './gateway-error.ts';
import type { InteractionPageQuery, InteractionPageQueryVariables } from './generated/graphql.ts';
import { graphql } from './generated/index.ts';

const InteractionPage = graphql(/* GraphQL */ `
  query InteractionPage($campaignId: ID!, $first: Int!, $after: String) {
    campaignInteractions(campaignId: $campaignId, first: $first, after: $after) {
      totalCount
      observedAt
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...InteractionLine
      }
    }
  }
`);

interface Page {
  /** Null without an error: the upstream does not know the campaign. */
  readonly page: InteractionPageQuery['campaignInteractions'];
  readonly errors: readonly GatewayError[];
}

/** A campaign's interactions from the oldest to the newest, a page at a time; each is asked for when it is wanted. */
export async function* interactionPages(
  execute: Execute,
  campaignId: string,
  first: number,
): AsyncGenerator<Page> {
  const variables: InteractionPageQueryVariables = { campaignId, first, after: null };
  do {
    // oxlint-disable-next-line eslint/no-await-in-loop -- the cursor comes with the page before
    const { data, errors } = await execute(InteractionPage, variables);
    const page = data?.campaignInteractions ?? null;
    yield { page, errors };
    variables.after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
  } while (variables.after !== null);
}
