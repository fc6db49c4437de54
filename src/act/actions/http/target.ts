import { ActionError } from '../../../model/index.js';
import type { Config } from '../../../platform/config/index.js';

/** Where a request goes: a service that the configuration names, or any URL. */
export type HttpTarget =
  | {
      /** A name in `HTTP_TARGETS`. */
      readonly target: string;
      /** Appended to the target's URL; starts with a slash. */
      readonly path: string;
      readonly url?: never;
    }
  | { readonly url: string; readonly target?: never; readonly path?: never };

export interface ResolvedTarget {
  readonly url: URL;
  /** Whether it may be at a private address. */
  readonly mayBePrivate: boolean;
}

/** As it comes: made of an event, whatever its types say. */
type Given = { readonly [Key in 'target' | 'path' | 'url']?: unknown };

/**
 * A target that the operator names is trusted. A URL may stem from an event, hence from a stranger, and
 * must not lead to what only this machine can reach.
 *
 * @throws {ActionError} `input_invalid`, telling what has to be set or given
 */
export function resolveTarget(
  given: HttpTarget,
  config: Pick<Config, 'httpTargets' | 'httpAllowPrivate'>,
): ResolvedTarget {
  const { target, path, url }: Given = given;
  if ((target === undefined) === (url === undefined)) {
    throw invalid('Either a target and a path must be given, or a url');
  }
  return target === undefined
    ? resolveUrl(url, config.httpAllowPrivate === 'yes')
    : { url: resolveNamed(target, path, config.httpTargets), mayBePrivate: true };
}

/** Name of the circuit of a target. */
export function circuitOf({ protocol, hostname, port }: URL): string {
  return `http:${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function resolveNamed(target: unknown, path: unknown, targets: Config['httpTargets']): URL {
  const base = typeof target === 'string' ? targets.get(target) : undefined;
  if (base === undefined) {
    throw invalid(
      `No target is named ${JSON.stringify(target)}: HTTP_TARGETS must have ${String(target)}=https://…`,
    );
  }
  const root = base.replace(/\/+$/, '');
  if (typeof path !== 'string' || !path.startsWith('/') || !URL.canParse(root + path)) {
    throw invalid('The path of a target must be a text that starts with a slash');
  }
  const url = new URL(root + path);
  // Part of the path may come out of an event.
  if (!url.pathname.startsWith(`${new URL(root).pathname.replace(/\/$/, '')}/`)) {
    throw invalid(`The path leads out of the target ${String(target)}`);
  }
  return url;
}

function resolveUrl(given: unknown, allowPrivate: boolean): ResolvedTarget {
  if (typeof given !== 'string' || !URL.canParse(given)) throw invalid('The url is not one');
  const url = new URL(given);
  if (url.protocol === 'http:' && !allowPrivate) {
    throw invalid('The url must start with https://, unless HTTP_ALLOW_PRIVATE is yes');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid('The url must start with https://');
  }
  if (url.username !== '' || url.password !== '') throw invalid('The url must have no user and no password');
  return { url, mayBePrivate: allowPrivate };
}

function invalid(message: string): ActionError {
  return new ActionError('input_invalid', message);
}
