import { parseConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSharedServices, type SharedServicesOptions } from '../../src/shared-services.ts';
import { Turns } from '../../src/lib/turns.ts';
import type { Transport } from '../../src/upstream/http/transport.ts';

/** Services of a gateway with these settings, which name the upstream, without the gateway. */
export function sharedServicesForTest(
  env: Readonly<Record<string, string>>,
  transport: Transport,
  options: Partial<SharedServicesOptions> = {},
): ReturnType<typeof createSharedServices> {
  const { upstream, loading, cache, operations } = parseConfig(env);
  if (upstream.target === null) throw new TypeError('The settings name no upstream.');
  return createSharedServices({
    apiUrl: upstream.target.apiUrl,
    upstream,
    loading,
    cache,
    redis: null,
    requestTimeoutMs: operations.requestTimeoutMs,
    transport,
    clock: systemClock,
    turns: new Turns(systemClock),
    closing: new AbortController().signal,
    ...options,
  });
}
