import { gatewayForTest, type GraphQLAnswer, type TestGateway } from '../../support/gateway.ts';

type Options = NonNullable<Parameters<typeof gatewayForTest>[0]>;

export type Representation = Readonly<Record<string, unknown>>;

export interface Subgraph extends TestGateway {
  /** Asks for these selections of the entities that representations stand for. */
  readonly entities: (
    representations: readonly unknown[],
    selections: string,
    token?: string | null,
  ) => Promise<GraphQLAnswer>;
}

/** A gateway that is a subgraph. */
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

/** References to entities that are known by their ids alone. */
export function named(type: string, ...ids: readonly string[]): Representation[] {
  return ids.map((id) => ({ __typename: type, id }));
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
