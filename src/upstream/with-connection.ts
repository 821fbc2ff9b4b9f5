import type { UpstreamRead } from './answer.ts';
import type { ConnectedCall, PermittedCall, Step, StepContext } from './call.ts';
import type { UpstreamConnection, UpstreamConnections } from './upstream-connections.ts';

/**
 * Step that waits for one of the connections to the upstream. It comes before the circuit, which must not take a wait here for
 * a fault of the upstream. Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) when too many wait already.
 */
export function withConnection(
  { clock, observer }: StepContext,
  connections: UpstreamConnections,
  next: Step<ConnectedCall>,
): Step<PermittedCall> {
  async function go(call: PermittedCall, connection: UpstreamConnection): Promise<UpstreamRead> {
    try {
      return await next({ ...call, connection });
    } finally {
      if (!connection.isUsed) connection.end();
    }
  }

  return (call) => {
    const { owner, request, signal } = call;
    let waited: UpstreamConnection | Promise<UpstreamConnection>;
    try {
      waited = connections.acquire(owner.identity, request.isList ?? false, signal);
    } catch (error) {
      observer.withheld(request.resource, 'connections');
      throw error;
    }
    if (!(waited instanceof Promise)) return go(call, waited);
    return waited.then((connection) => {
      const sentMs = clock.now();
      return go({ ...call, sentMs, waitedMs: call.waitedMs + sentMs - call.sentMs }, connection);
    });
  };
}
