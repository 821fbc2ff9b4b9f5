import type {
  AlterFault,
  CutFault,
  DelayFault,
  EncodingFault,
  Fault,
  RecordedRequest,
  RefuseIdsFault,
} from './fault.ts';
import type { PackedAs } from './pack.ts';
import { hash32, type Random } from './random.ts';

export interface DrawnFaults {
  readonly delayMs: number;
  readonly alterations: readonly AlterFault[];
  /** PackedAs that the body is packed by; null for none. */
  readonly coding: PackedAs | null;
  /** The strictest cut of listings, if any. */
  readonly cut: CutFault | null;
  /** The fault that decides the answer, if any. */
  readonly decisive: Exclude<Fault, DelayFault | AlterFault | CutFault | EncodingFault> | null;
}

export const NO_FAULTS: DrawnFaults = {
  delayMs: 0,
  alterations: [],
  coding: null,
  cut: null,
  decisive: null,
};

/**
 * Creates the function that draws the faults for a request. Delays add up; alterations apply in the given order; the last coding
 * counts, and the strictest cut. The first fault of any other kind decides; later faults are neither drawn nor counted. Counts
 * belong to the fault object.
 */
export function createFaultDraw(
  random: Random,
): (faults: Iterable<Fault>, request: RecordedRequest) => DrawnFaults {
  const counts = new WeakMap<Fault, { met: number; struck: number }>();
  const hits = (fault: Fault, request: RecordedRequest) => {
    if (!concerns(fault, request)) return false;
    const { rate = 1, times = Infinity, burst = { length: 1, every: 1 } } = fault;
    const count = counts.get(fault) ?? { met: 0, struck: 0 };
    counts.set(fault, count);
    const isInBurst = count.met % burst.every < burst.length;
    count.met += 1;
    if (!isInBurst || count.struck >= times || random() >= rate) return false;
    count.struck += 1;
    return true;
  };
  return (faults, request) => {
    let delayMs = 0;
    const alterations: AlterFault[] = [];
    let coding: PackedAs | null = null;
    let cut: CutFault | null = null;
    for (const fault of faults) {
      if (!hits(fault, request)) continue;
      if (fault.kind === 'delay') delayMs += fault.ms;
      else if (fault.kind === 'alter') alterations.push(fault);
      else if (fault.kind === 'encoding') coding = fault.coding ?? 'gzip';
      else if (fault.kind === 'cut') cut = cut !== null && cut.maxRows <= fault.maxRows ? cut : fault;
      else return { delayMs, alterations, coding, cut, decisive: fault };
    }
    return { delayMs, alterations, coding, cut, decisive: null };
  };
}

/** The first id of the request that the fault refuses. */
export function refusedId({ ids }: RefuseIdsFault, request: RecordedRequest): string | undefined {
  return request.ids.find((id) => ('share' in ids ? hash32(id) / 2 ** 32 < ids.share : ids.includes(id)));
}

function concerns(fault: Fault, request: RecordedRequest): boolean {
  const { resource = '*', token } = fault;
  if (resource === 'api' && request.resource === 'login') return false;
  if (resource !== '*' && resource !== 'api' && resource !== request.resource) return false;
  if (token !== undefined && token !== request.token) return false;
  if (fault.kind === 'refuseIds') return refusedId(fault, request) !== undefined;
  return fault.kind !== 'tooManyIds' || request.ids.length > fault.maxIds;
}
