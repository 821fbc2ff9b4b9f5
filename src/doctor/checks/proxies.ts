import type { Obstacle, ReachFailure, ReachObserver } from '../../upstream/http/reach.ts';
import { obstacles } from '../../upstream/http/reach.ts';
import { adviceFor } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';

const ofProxies: ReadonlySet<Obstacle> = new Set<Obstacle>([
  'proxyName',
  'proxyUntrusted',
  'proxyAway',
  'proxyCredentials',
  'proxyRefusal',
]);

/** Notes which hosts were reached, and through which proxy. */
export class ReachNotes implements ReachObserver {
  /** Null for a host that was reached. By proxy and host. */
  readonly #outcomes = new Map<string, ReachFailure | null>();

  failed(host: string, proxy: string | null, failure: ReachFailure): void {
    if (proxy !== null) this.#outcomes.set(`${proxy} ${host}`, failure);
  }

  reached(host: string, proxy: string | null): void {
    if (proxy !== null) this.#outcomes.set(`${proxy} ${host}`, null);
  }

  /** Undefined when nothing came back. */
  outcomeOf(proxy: string, host: string): ReachFailure | null | undefined {
    return this.#outcomes.get(`${proxy} ${host}`);
  }
}

/** A host that is reached through a proxy. Both have their ports. */
export interface ProxiedHost {
  readonly host: string;
  readonly proxy: string;
}

/** Tells whether the proxies let through to the hosts, once connections were tried. */
export function toldOfProxies(hosts: readonly ProxiedHost[], notes: ReachNotes): readonly Finding[] {
  return hosts.map(({ host, proxy }) => {
    const facts = { proxy, host };
    const failure = notes.outcomeOf(proxy, host);
    if (failure === undefined) {
      return finding('proxy', 'could not tell', `The proxy ${proxy} made no connection to ${host} in time.`, {
        facts,
        result: 'does not work',
        advice:
          'The proxy, or what is behind it, does not answer: check that HTTPS_PROXY names the right proxy.',
      });
    }
    if (failure === null || !ofProxies.has(failure.obstacle)) {
      return finding('proxy', 'ok', `The proxy ${proxy} is reached, and connects to ${host}.`, { facts });
    }
    const { obstacle, code } = failure;
    const why = `${obstacles[obstacle]}${code === null ? '' : ` (${code})`}`;
    return finding('proxy', 'fail', `Through the proxy ${proxy}, ${host} cannot be reached: ${why}.`, {
      facts: { ...facts, obstacle },
      advice: adviceFor(obstacle),
    });
  });
}
