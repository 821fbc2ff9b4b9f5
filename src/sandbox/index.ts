import type { Sandbox, SandboxOptions } from './sandbox-options.ts';
import { startSandbox as start } from './start-sandbox.ts';

export { EXAMPLE_CAMPAIGN_ID } from './example-campaign.ts';
export type { Fault, RecordedRequest } from './fault.ts';
export type { ProfileName } from './profile-names.ts';
export type { RateLimit } from './rate-limit.ts';
export type { GivenToken } from './tokens.ts';
export type { Sandbox, SandboxOptions };

/**
 * Starts a sandbox for the tests of an app: an HTTP server with an invented organisation behind the REST API of the vendor, and its
 * login. It has no dependency on the gateway.
 *
 * @throws {Error} of `listen`, such as EADDRINUSE.
 */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return start(options);
}
