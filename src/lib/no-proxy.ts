import { BlockList, isIP } from 'node:net';

/** Address range such as `10.0.0.0/8` or `fd00::/8`. */
const RANGE = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/;
/** Host name or address with a port; an IPv6 address needs brackets then. */
const WITH_PORT = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/;

interface DirectHost {
  /** `*` for every host. */
  readonly host: string;
  /** True when the entry names the domains below the host, but not the host itself: `*.example.com`. */
  readonly isBelowOnly: boolean;
  /** Null for every port. */
  readonly port: string | null;
}

/**
 * Hosts that are reached without a proxy, as `NO_PROXY` lists them, apart by commas or blanks: `example.com` and
 * `.example.com` name the host and all below it, `*.example.com` only what is below, `*` every host, `10.0.0.0/8` a range of
 * addresses; a host and an address may have a port. Names are not resolved to addresses. Each tool reads `NO_PROXY` in its own
 * way: these are curl's rules with the ports and stars that undici and Node know, which neither of them has with ranges.
 */
export class NoProxy {
  readonly #hosts: readonly DirectHost[];
  readonly #ranges = new BlockList();

  constructor(list: string) {
    const entries: DirectHost[] = [];
    for (const text of list.toLowerCase().split(/[\s,]+/)) {
      const [, address = '', bits = ''] = RANGE.exec(text) ?? [];
      if (address !== '') this.#addRange(address, Number(bits));
      else if (text !== '') entries.push(directHostOf(text));
    }
    this.#hosts = entries;
  }

  /** True when the URL's host is reached without a proxy. */
  names({ hostname, port, protocol }: URL): boolean {
    const host = hostOf(hostname.toLowerCase());
    const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
    return (
      this.#isInRange(host) ||
      this.#hosts.some((entry) => (entry.port === null || entry.port === actualPort) && isNamed(host, entry))
    );
  }

  #addRange(address: string, bits: number): void {
    const family = isIP(address);
    // A range that is none names nothing, as in other tools.
    if (family === 0 || bits > (family === 4 ? 32 : 128)) return;
    this.#ranges.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }

  #isInRange(host: string): boolean {
    const family = isIP(host);
    return family !== 0 && this.#ranges.check(host, family === 4 ? 'ipv4' : 'ipv6');
  }
}

function directHostOf(text: string): DirectHost {
  const [, host = text, port = null] = WITH_PORT.exec(text) ?? [];
  return { host: usualForm(hostOf(host.replace(/^\*?\./, ''))), isBelowOnly: host.startsWith('*.'), port };
}

/** Host as URLs have it: addresses in their shortest form, names in ASCII. */
function usualForm(host: string): string {
  const text = isIP(host) === 6 ? `[${host}]` : host;
  return URL.canParse(`http://${text}`) ? hostOf(new URL(`http://${text}`).hostname) : host;
}

function isNamed(host: string, entry: DirectHost): boolean {
  if (entry.host === '*') return true;
  // Nothing is below an address.
  if (isIP(host) !== 0) return host === entry.host && !entry.isBelowOnly;
  return host.endsWith(`.${entry.host}`) || (!entry.isBelowOnly && host === entry.host);
}

/** Host without the brackets of an IPv6 address, and without the dot that ends a full name. */
function hostOf(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1').replace(/(?<=.)\.$/, '');
}
