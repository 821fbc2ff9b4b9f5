import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { UpstreamError } from '../../errors.ts';
import { finding, type Finding } from '../probing/finding.ts';
import { type Patience, STEP_MS } from '../probing/patience.ts';

type LookUp = (host: string) => Promise<readonly { readonly address: string }[]>;

/**
 * Tells whether the names of hosts are known (DNS), of those that are reached directly: a proxy looks names up by itself.
 *
 * @param hosts Host names, without ports.
 * @param lookUp Addresses of a name. @default as the system looks names up
 */
export async function checkNames(
  hosts: readonly string[],
  patience: Patience,
  lookUp: LookUp = (host) => lookup(host, { all: true }),
): Promise<readonly Finding[]> {
  const names = [...new Set(hosts)].filter((host) => isIP(host.replace(/^\[(.*)\]$/, '$1')) === 0);
  return Promise.all(names.map((name) => checkName(name, patience, lookUp)));
}

async function checkName(host: string, patience: Patience, lookUp: LookUp): Promise<Finding> {
  const facts = { host };
  try {
    const addresses = await patience.step(() => lookUp(host));
    const shown = addresses.map(({ address }) => address).join(', ');
    return finding('dns', 'ok', `${host} has the address ${shown}.`, { facts });
  } catch (error) {
    if (error instanceof UpstreamError) {
      return finding('dns', 'fail', `No address of ${host} came within ${STEP_MS / 1000} s.`, {
        facts,
        advice:
          'The DNS server of this machine does not answer. If this network has a proxy that resolves names, set HTTPS_PROXY.',
      });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return finding('dns', 'fail', `The host name ${host} is not known (${code}).`, {
      facts,
      advice:
        'GENESYSCLOUD_REGION or the configured URL may be wrong. If this network has a proxy that resolves names, set HTTPS_PROXY.',
    });
  }
}
