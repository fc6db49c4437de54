import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { isPublicAddress } from './public-address.js';

/** A URL led to an address that only this machine, or its network, can reach. */
export class PrivateAddressError extends Error {
  constructor(hostname: string, addresses: readonly string[]) {
    const at = addresses.filter((address) => address !== hostname).join(', ');
    super(`${hostname}${at === '' ? '' : ` (${at})`} is not a public address`);
    this.name = 'PrivateAddressError';
  }
}

/**
 * Connects to public addresses only. The address is judged where the connection is made, so a name that
 * resolves to another address the second time (DNS rebinding) gains nothing.
 *
 * @param connect looks names up by {@link lookupPublic}
 */
export function toPublicOnly(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const { hostname } = options;
    // An address is not looked up.
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) {
      callback(new PrivateAddressError(hostname, []), null);
    } else {
      connect(options, callback);
    }
  };
}

/**
 * Resolves names, and gives of their addresses the public ones.
 *
 * @param resolve asks the system
 */
export function lookupPublic(resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) {
        const found = addresses.map(({ address }) => address);
        callback(new PrivateAddressError(hostname, found), []);
      } else if (options.all === true) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}
