import { BlockList, isIP } from 'node:net';
import { setting, type Described, type ParsedSetting, type Setting } from '../../model/index.js';

/** Which of the hosts that a request has come through may say, by `X-Forwarded-For`, where it came from. */
export type TrustedProxies =
  | { readonly kind: 'none' }
  /** The last so many, whoever they are. */
  | { readonly kind: 'count'; readonly count: number }
  /** Addresses, and ranges in CIDR notation. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] };

const MOST_PROXIES = 20;

export function trustedProxies(described: Described): Setting<TrustedProxies> {
  return setting(described, parseProxies);
}

function parseProxies(text: string): ParsedSetting<TrustedProxies> {
  if (text === '' || text === '0') return { ok: true, value: { kind: 'none' } };
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= MOST_PROXIES) return { ok: true, value: { kind: 'count', count } };
  const addresses = text.split(',').map((part) => part.trim());
  return addresses.every(isAddressOrRange)
    ? { ok: true, value: { kind: 'addresses', addresses } }
    : {
        ok: false,
        fault: `must be a number of proxies up to ${MOST_PROXIES}, or their addresses and CIDR ranges, separated by commas`,
      };
}

function isAddressOrRange(text: string): boolean {
  const [, address = text, bits] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return false;
  if (bits === undefined) return true;
  try {
    // Throws if there are not so many bits.
    new BlockList().addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
    // Everybody would be a proxy, and any sender could say that it is somebody else.
    return Number(bits) > 0;
  } catch {
    return false;
  }
}
