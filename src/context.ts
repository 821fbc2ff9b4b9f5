import type { Caller } from './identity/caller.ts';
import type { UpstreamError } from './errors.ts';
import type { RequestTrace } from './upstream/trace.ts';
import type { UpstreamReport } from './upstream/upstream-report.ts';
import {
  createDataSources,
  type DataSources,
  releaseDataSources,
  type SharedSources,
} from './loading/data-sources.ts';
import type { LoaderContext } from './loading/entity-loader.ts';

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
  /** Null where nobody could be authenticated. */
  readonly caller: Caller | null;
  /** The scope that callers need to see personal data; null where every caller may. */
  readonly personalDataScope: string | null;
  readonly sources: DataSources;
  /** Added to by resolvers; told to the client beside the errors of fields. */
  readonly problems: Problem[];
  /** What notes the request's cost upstream; null where nobody wants to know. */
  readonly report: UpstreamReport | null;
  /** What has come about of it so far, for clients. */
  readonly upstreamReport: (() => unknown) | null;
  /** What notes which fields wait for what; null where nobody is going to see it. */
  readonly trace: RequestTrace | null;
}

/** `loading` is bound to the identity and the deadline of the request. */
export function createContext(
  request: Pick<GatewayContext, 'caller' | 'personalDataScope' | 'report' | 'trace' | 'upstreamReport'>,
  shared: SharedSources,
  loading: LoaderContext,
): GatewayContext {
  return { ...request, sources: createDataSources(shared, loading), problems: [] };
}

/** Lets go of what a request has read, once it has been answered. */
export function releaseContext({ sources }: GatewayContext): void {
  releaseDataSources(sources);
}
