import { BlockList, isIP } from 'node:net';

/**
 * IPv4 networks that are nobody's on the internet, or never a service's.
 * Source: the IANA IPv4 special-purpose address registry, and multicast.
 */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared behind a carrier'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'the host of a machine in Azure'],
  ['169.254.0.0', 16, 'link-local, and the metadata of clouds'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'relays to IPv6'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, and broadcast'],
] as const;

/** The same within global unicast IPv6. Source: the IANA IPv6 special-purpose address registry. */
const SPECIAL_IPV6 = [
  ['2001::', 23, 'protocol assignments, Teredo among them'],
  ['2001:db8::', 32, 'documentation'],
  ['3fff::', 20, 'documentation'],
] as const;

/**
 * IPv6 networks through which public addresses are reached; whatever else there is (loopback, unique
 * local, link-local, multicast, unspecified) is not public.
 */
const REACHABLE_IPV6 = [
  ['2000::', 3, 'global unicast'],
  ['::ffff:0:0', 96, 'IPv4-mapped'],
  ['64:ff9b::', 96, 'translated to IPv4 (NAT64)'],
] as const;

/** IPv6 addresses that carry one of IPv4: how its network is written there, and bits before it. */
const EMBEDDINGS: readonly [write: (high: string, low: string) => string, bits: number][] = [
  [(high, low) => `::ffff:${high}:${low}`, 96],
  [(high, low) => `64:ff9b::${high}:${low}`, 96],
  [(high, low) => `2002:${high}:${low}::`, 16],
];

const special = new BlockList();
for (const [network, bits] of SPECIAL_IPV4) {
  special.addSubnet(network, bits, 'ipv4');
  const [a = 0, b = 0, c = 0, d = 0] = network.split('.').map(Number);
  const [high, low] = [a * 256 + b, c * 256 + d].map((half) => half.toString(16)) as [string, string];
  for (const [write, before] of EMBEDDINGS) special.addSubnet(write(high, low), before + bits, 'ipv6');
}
for (const [network, bits] of SPECIAL_IPV6) special.addSubnet(network, bits, 'ipv6');

const reachable = new BlockList();
for (const [network, bits] of REACHABLE_IPV6) reachable.addSubnet(network, bits, 'ipv6');

/** Whether an IP address is one that anybody on the internet could reach, too. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      // With a zone it is local to a link.
      if (address.includes('%')) return false;
      return reachable.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}
