import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { configOfOptions } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { optionOf } from './config/options.ts';
import type { Config } from './config/slices.ts';
import { assembleGateway } from './gateway.ts';
import type { SettingOptions } from './generated/options.ts';
import { ENDPOINT } from './http/endpoint.ts';
import { prepare } from './prepare.ts';

export { ConfigError };

/** What a gateway needs of a logger. A logger of pino has it, and of others only one that is made like it. */
export interface GatewayLog {
  readonly child: (bindings: object, options?: object) => GatewayLog;
  readonly isLevelEnabled: (level: string) => boolean;
  readonly debug: (facts: object, message?: string) => void;
  readonly info: (facts: object, message?: string) => void;
  readonly warn: (facts: object, message?: string) => void;
  readonly error: (facts: object, message?: string) => void;
}

/** Options of a gateway in an app. All but `upstream` have defaults. */
export interface GatewayOptions extends SettingOptions {
  /**
   * Path of GraphQL, and of GraphiQL for browsers, whose files are below it.
   *
   * @default '/graphql'
   */
  readonly endpoint?: string;
  /**
   * A pino logger for requests and what operators need to know. It gets no credentials and no personal data.
   *
   * @default none: nothing is logged
   */
  readonly log?: GatewayLog;
}

/** A gateway in an app. It listens on no port. Its functions need no `this`, so that they can be passed on. */
export interface Gateway {
  /** Answers a request of the Fetch standard. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Answers requests of a `node:http` server, and of what is built on it. */
  readonly listener: RequestListener;
  /** Answers `upgrade` events of a `node:http` server. Refuses with 501: there are no subscriptions yet. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Schema that is served. Its resolvers need the context that the gateway gives them. */
  readonly schema: GraphQLSchema;
  /** Makes `/ready` answer 503 from now on. Requests are answered as before. */
  readonly retire: () => void;
  /** Ends upstream calls under way and closes all connections. Later requests get cached data or errors. */
  readonly dispose: () => Promise<void>;
}

/**
 * Creates a gateway. Reads no environment variables; the files that the options name are read once.
 *
 * @throws {ConfigError} For wrong options, with all problems at once.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { endpoint = ENDPOINT, log, ...settings } = options ?? {};
  const config = configOf(settings, [...problemsOfEndpoint(endpoint), ...problemsOfLog(log)]);
  const { schema, documents } = await prepare(config, optionOf);
  const { fetch, listener, upgrade, retire, dispose } = assembleGateway(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked above; the package has no types of pino
    { config, endpoint, documents, log: log as Logger | undefined },
    schema,
  );
  return { fetch, listener, upgrade, schema, retire, dispose };
}

/** Configuration of these options. Throws their problems beside those found before. */
function configOf(settings: SettingOptions, problems: readonly string[]): Config {
  let config: Config;
  try {
    config = configOfOptions(settings);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError([...problems, ...error.problems]) : error;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Paths that the gateway answers itself. */
const TAKEN: ReadonlySet<string> = new Set(['/health', '/ready']);

function problemsOfEndpoint(endpoint: unknown): readonly string[] {
  const isPath =
    typeof endpoint === 'string' &&
    /^(?:\/[\w.~-]+)+$/.test(endpoint) &&
    new URL(endpoint, 'http://localhost').pathname === endpoint &&
    !TAKEN.has(endpoint);
  return isPath
    ? []
    : ['endpoint must be a path such as /graphql, without a slash at its end, and not /health or /ready.'];
}

function problemsOfLog(log: GatewayLog | undefined): readonly string[] {
  const isLogger =
    log === undefined || (typeof log.child === 'function' && typeof log.isLevelEnabled === 'function');
  return isLogger ? [] : ['log must be a logger of pino.'];
}
