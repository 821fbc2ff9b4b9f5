import type { gatewayForTest } from '../../support/gateway.ts';

type GatewayOptions = NonNullable<Parameters<typeof gatewayForTest>[0]>;

/** A request that asks for much, and what has to become of it. */
export interface Attack {
  readonly name: string;
  readonly query: string;
  /** JSON text of the variables: some are too deep to be written from a value. */
  readonly variables?: string;
  /** Gateway and upstream that it is sent to. */
  readonly against?: Pick<GatewayOptions, 'clock' | 'env' | 'faults' | 'organisation'>;
  readonly outcome: Outcome;
}

interface Outcome {
  readonly code: string;
  /** Bound that was exceeded, by its name in `extensions.limit`; undefined where the code says all. */
  readonly limit?: string;
  /** Upstream calls that are spent. @default 0, for what is refused beforehand */
  readonly calls?: number;
  /** True when the answer has data beside its errors. @default false */
  readonly hasData?: true;
  /** True when a manifest with the query is refused, so that no gateway starts with it. @default false */
  readonly isInvalid?: true;
}
