import { X509Certificate } from 'node:crypto';
import type { NetworkConfig } from '../../config/network.ts';
import type { Clock } from '../../lib/clock.ts';
import { finding, type Finding } from '../probing/finding.ts';

/** Tells whether the certificates of CA_FILE are valid today. That they can be read is a matter of the configuration. */
export function checkAuthorities({ authorities }: Pick<NetworkConfig, 'authorities'>, clock: Clock): Finding {
  const name = 'ca-file';
  const nowMs = clock.epochMs();
  const out = authorities
    .map((pem) => new X509Certificate(pem))
    .filter(
      ({ validFromDate, validToDate }) => nowMs < validFromDate.getTime() || nowMs > validToDate.getTime(),
    );
  const facts = { certificates: authorities.length, outOfDate: out.length };
  if (out.length === 0) {
    const message = `CA_FILE has ${authorities.length} certificate${authorities.length === 1 ? '' : 's'}, trusted besides those of Node.`;
    return finding(name, 'ok', message, { facts });
  }
  const message = `${out.length} of the ${authorities.length} certificates in CA_FILE are not valid at this time, by the clock of this machine.`;
  return finding(name, 'warn', message, {
    facts,
    advice: 'Put the new certificates of the authority into CA_FILE.',
  });
}
