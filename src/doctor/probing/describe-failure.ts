import type { UpstreamError } from '../../errors.ts';
import { hints, type Obstacle, obstacles, reachFailureOf } from '../../upstream/http/reach.ts';
import { STEP_MS } from './patience.ts';

/** A failure in words for an operator. */
export interface DescribedFailure {
  /** Clause without a subject and a full stop. */
  readonly why: string;
  /** Sentence; null where nothing can be advised. */
  readonly advice: string | null;
  /** What kept a host from being reached; null when it answered, or when the time was over. */
  readonly obstacle: Obstacle | null;
  /** True when no answer came in time. */
  readonly isLate: boolean;
  /** Id that the vendor's support asks for. */
  readonly correlationId: string | null;
}

/** Advice besides the hints of the log. */
const advices: Readonly<Partial<Record<Obstacle, string>>> = {
  refused: 'Its address or port may be wrong, or a firewall refuses connections',
  expired:
    'Compare the clock of this machine with the right time; if the clock is right, whoever runs the host has to renew the certificate',
  otherName:
    'GENESYSCLOUD_REGION or the configured URL may be wrong, or a proxy or a firewall answers in place of the host',
  noTls: 'The URL may have to begin with http://, or the port belongs to another service',
  proxyRefusal: 'The proxy has to allow connections (CONNECT) to this host and port',
  broken: 'Something on the way, such as a firewall or a proxy, may have cut the connection',
};

/**
 * Words for a failed exchange. Its subject is the host that was asked.
 *
 * @param withinMs Time that the exchange had. @default that of a step
 */
export function describeFailure(
  { failure, detail, cause }: UpstreamError,
  withinMs: number = STEP_MS,
): DescribedFailure {
  const { code, message, upstreamStatus: status, correlationId = null } = failure;
  const plain = { advice: null, obstacle: null, isLate: false, correlationId };
  if (status === undefined && code === 'UPSTREAM_TIMEOUT') {
    return { ...plain, why: `no answer came within ${Math.round(withinMs / 100) / 10} s`, isLate: true };
  }
  if (status === undefined && code === 'UPSTREAM_UNAVAILABLE' && cause instanceof Error) {
    const { obstacle, code: ofSystem } = reachFailureOf(cause);
    return {
      ...plain,
      why: `${obstacles[obstacle]}${ofSystem === null ? '' : ` (${ofSystem})`}`,
      advice: adviceFor(obstacle),
      obstacle,
    };
  }
  const facts = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(detail === undefined ? [] : [detail]),
  ];
  return { ...plain, why: `${message}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}` };
}

/** What to do about an obstacle, as a sentence; null where nothing can be advised. */
export function adviceFor(obstacle: Obstacle): string | null {
  const text = hints[obstacle] ?? advices[obstacle] ?? null;
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
