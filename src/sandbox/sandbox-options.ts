import type { Fault, RecordedRequest } from './fault.ts';
import type { ProfileName } from './profile-names.ts';
import type { RateLimit } from './rate-limit.ts';
import type { GivenToken } from './tokens.ts';

export interface SandboxOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Seed of the generated organisation and of faults with a rate. @default 1 */
  readonly seed?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Delay before every answer. @default 0 */
  readonly latencyMs?: number;
  /** Limit per access token. @default 300 in 60 seconds */
  readonly rateLimit?: RateLimit;
  /** Access tokens accepted besides those of the login. A bare string never expires and has all permissions. */
  readonly tokens?: readonly (string | GivenToken)[];
  /** TTL of tokens from the login. @default 86400 */
  readonly tokenLifetimeSeconds?: number;
  /** @default 'sandbox' */
  readonly clientId?: string;
  /** @default 'sandbox' */
  readonly clientSecret?: string;
  readonly faults?: readonly Fault[];
  /** Profile at the start. @default null, none */
  readonly profile?: ProfileName | null;
  /** Number of newest requests that `requests` keeps. @default all of them */
  readonly recordedRequests?: number;
}

export interface Sandbox {
  /** Base of both the API (`/api/v2/…`) and the login (`/oauth/token`). */
  readonly url: string;
  /** Requests to the API and the login in order of arrival. Callers may empty the array. */
  readonly requests: RecordedRequest[];
  /** Number of answers by status, broken bodies included. Also counts requests that `requests` does not keep. */
  readonly answered: ReadonlyMap<number, number>;
  /** Live list: callers add and remove faults while the sandbox runs. Excludes the faults of the profile. */
  readonly faults: Fault[];
  /** Replaces the profile; null ends it. Its rate limit, if any, replaces that of the options. */
  useProfile(name: ProfileName | null): void;
  /** Answers this token with 401 from now on, as an unknown token. */
  revoke(token: string): void;
  /** Answers this token with 401 from now on, as an expired token. */
  expire(token: string): void;
  /** Also ends open connections, including those that a fault left hanging. */
  close(): Promise<void>;
}
