import { finding, type Finding } from '../probing/finding.ts';

/** Difference that tokens of callers survive (auth/signed-tokens.ts). */
const HARMLESS_MS = 5_000;

/**
 * Tells how far this machine's clock is from the upstream's.
 *
 * @param skewMs Milliseconds by which this clock is ahead; null when no answer had a date.
 */
export function toldOfClock(skewMs: number | null): Finding {
  const name = 'clock';
  if (skewMs === null) {
    const message = 'No answer had a date to compare the clock of this machine with.';
    // The clock is likely to be right; what kept the answers away is told by itself.
    return finding(name, 'could not tell', message, { result: 'works' });
  }
  const facts = { skewMs };
  if (Math.abs(skewMs) <= HARMLESS_MS) {
    return finding(name, 'ok', 'The clock of this machine agrees with that of the API.', { facts });
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const message = `The clock of this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of the API. The gateway checks callers' tokens and certificates by this clock, so valid ones can count as expired or not yet valid.`;
  return finding(name, 'warn', message, { facts, advice: 'Set the clock of this machine, best by NTP.' });
}
