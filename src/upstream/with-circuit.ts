import type { Call, ConnectedCall, Step, StepContext } from './call.ts';
import type { CircuitBreakers } from './circuit-breakers.ts';
import type { UpstreamObserver } from './observer.ts';

/**
 * Step that makes no call while the circuit of its resource is open, before quota is spent on it. Throws an
 * `UpstreamError` (`UPSTREAM_UNAVAILABLE`) then.
 */
export function withClosedCircuit({ observer }: StepContext, circuits: CircuitBreakers, next: Step): Step {
  return (call) => {
    check(circuits, observer, call);
    return next(call);
  };
}

/** Step that counts the outcomes of calls in the circuit of their resource. Rejects like `withClosedCircuit`. */
export function withCircuit(
  { observer }: StepContext,
  circuits: CircuitBreakers,
  next: Step<ConnectedCall>,
): Step<ConnectedCall> {
  return (call) => {
    // The circuit may have opened while the call waited for its permit and its connection.
    const circuit = check(circuits, observer, call);
    return circuit.run(call.signal, () => next(call));
  };
}

function check(circuits: CircuitBreakers, observer: UpstreamObserver, { owner, request, shared }: Call) {
  const circuit = circuits.of(owner.identity, request.resource);
  try {
    circuit.check();
  } catch (error) {
    if (!shared.signal.aborted) observer.withheld(request.resource, 'circuit');
    throw error;
  }
  return circuit;
}
