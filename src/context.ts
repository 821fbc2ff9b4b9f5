import type { UpstreamError } from './errors.ts';
import { createDataSources, type DataSources } from './datasources/index.ts';
import type { UpstreamReader } from './upstream/upstream-request.ts';

/** Something that went wrong without leaving a field null, such as a row that had to be left out. */
interface Problem {
  readonly reason: UpstreamError;
  readonly type: string;
  readonly ids: readonly string[];
  /** Response path of the field whose answer is less than it should be. */
  readonly path: readonly (string | number)[];
}

/** What the resolvers of one request share, and all that they can reach. */
export interface GatewayContext {
  readonly sources: DataSources;
  /** Added to by resolvers; told to the client beside the errors of fields. */
  readonly problems: Problem[];
}

/** `read` is bound to the identity and the deadline of the request; `batchSize` is the most ids that one call may carry. */
export function createContext(read: UpstreamReader, batchSize: number): GatewayContext {
  return { sources: createDataSources({ read, batchSize }), problems: [] };
}
