import { badStore } from '../../bad-store.js';
import type { Store } from '../store.js';
import { connect } from './connection.js';
import { redisStore } from './redis-store.js';

const DEFAULT_PREFIX = 'tessera';
const DEFAULT_TIMEOUT_MS = 10_000;
const OPTIONS = ['prefix', 'ttlHours', 'timeoutMs', 'cluster'];

/**
 * Connect to the Redis of a URL, `rediss:` with TLS.
 *
 *   prefix     of every key; default `tessera`
 *   ttlHours   versions go by themselves so long after their upload began; default never
 *   timeoutMs  a server that does not answer for so long counts as gone; default 10000
 *   cluster    `true` for a cluster, of which the URL names one server
 *
 * Throws  BAD_STORE, STORE_UNAVAILABLE
 */
export async function openRedis(text: string): Promise<Store> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badStore(text, 'is no URL');
  }
  const options = url.searchParams;
  const unknown = [...options.keys()].filter((name) => !OPTIONS.includes(name));
  if (unknown.length > 0) throw badStore(text, `has an option that is not known: ${unknown[0]}`);
  const number = (name: string): number | null => {
    const value = options.get(name);
    if (value === null) return null;
    if (!(Number(value) > 0)) throw badStore(text, `has a ${name} that is no number above 0`);
    return Number(value);
  };
  const prefix = options.get('prefix') ?? DEFAULT_PREFIX;
  if (!/^[\w.-]+$/.test(prefix)) {
    throw badStore(text, 'has a prefix of other than letters, digits, `_`, `-` and `.`');
  }
  const hours = number('ttlHours');
  const timeoutMs = number('timeoutMs') ?? DEFAULT_TIMEOUT_MS;
  const cluster = options.get('cluster') ?? 'false';
  if (cluster !== 'true' && cluster !== 'false')
    throw badStore(text, 'has a cluster that is neither true nor false');
  const { protocol, host, pathname } = url;
  // The driver takes them for its own.
  url.search = '';
  const connection = await connect({
    url: url.href,
    where: `${protocol}//${host}${pathname === '/' ? '' : pathname}${prefix === DEFAULT_PREFIX ? '' : `?prefix=${prefix}`}`,
    isCluster: cluster === 'true',
    timeoutMs,
  });
  return redisStore(connection, {
    prefix,
    ttlMs: hours === null ? null : Math.ceil(hours * 3_600_000),
  });
}
