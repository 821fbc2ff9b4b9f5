import { gatewayForTest, type GraphQLAnswer, type TestGateway } from '../../support/gateway.ts';

type Options = NonNullable<Parameters<typeof gatewayForTest>[0]>;

export type Representation = Readonly<Record<string, unknown>>;

export interface Subgraph extends TestGateway {
  /** Queries these selections of the entities that the representations name. */
  readonly entities: (
    representations: readonly unknown[],
    selections: string,
    token?: string | null,
  ) => Promise<GraphQLAnswer>;
}

/** Gateway that serves a subgraph. */
export async function subgraphForTest(options: Options = {}): Promise<Subgraph> {
  const gateway = await gatewayForTest({ ...options, env: { SUBGRAPH: '1', ...options.env } });
  return {
    ...gateway,
    entities: (representations, selections, token) =>
      gateway.query(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selections} } }`,
        { representations },
        token,
      ),
  };
}

/** Representations of entities whose key is the id alone. */
export function named(type: string, ...ids: readonly string[]): Representation[] {
  return ids.map((id) => ({ __typename: type, id }));
}
