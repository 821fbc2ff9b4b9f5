import type { AlterFault, DelayFault, Fault, RecordedRequest } from './fault.ts';
import type { Random } from './random.ts';

export interface DrawnFaults {
  readonly delayMs: number;
  readonly alterations: readonly AlterFault[];
  /** The one that decides over the answer, if any. */
  readonly decisive: Exclude<Fault, DelayFault | AlterFault> | null;
}

export const NO_FAULTS: DrawnFaults = { delayMs: 0, alterations: [], decisive: null };

/**
 * Decides which faults strike a request. Delays add up and alterations follow each other in the order given; the first
 * of any other kind decides, and those after it are neither drawn nor counted.
 */
export function createFaultDraw(
  faults: readonly Fault[],
  random: Random,
): (request: RecordedRequest) => DrawnFaults {
  const strikes = new WeakMap<Fault, number>();
  const hits = (fault: Fault, request: RecordedRequest) => {
    const { resource = '*', rate = 1, times = Infinity, token } = fault;
    const struck = strikes.get(fault) ?? 0;
    if (resource !== '*' && resource !== request.resource) return false;
    if (token !== undefined && token !== request.token) return false;
    if (struck >= times || random() >= rate) return false;
    strikes.set(fault, struck + 1);
    return true;
  };
  return (request) => {
    let delayMs = 0;
    const alterations: AlterFault[] = [];
    for (const fault of faults) {
      if (!hits(fault, request)) continue;
      if (fault.kind === 'delay') delayMs += fault.ms;
      else if (fault.kind === 'alter') alterations.push(fault);
      else return { delayMs, alterations, decisive: fault };
    }
    return { delayMs, alterations, decisive: null };
  };
}
