import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** True when a host name or address is this machine itself; IPv6 addresses may be in brackets, as in URLs. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  switch (isIP(name)) {
    case 4:
      return loopback.check(name);
    case 6:
      // Matches IPv4-mapped addresses, too: ::ffff:127.0.0.1.
      return loopback.check(name, 'ipv6');
    default:
      return name === 'localhost';
  }
}
