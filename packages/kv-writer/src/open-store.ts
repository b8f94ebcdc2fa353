import { closest } from '@tessera/api';
import { badStore } from './bad-store.js';
import type { Store } from './store/store.js';

/**
 * Open the store that a user names; its driver is loaded then, and no other.
 *
 *   out/online, lmdb:out/online, lmdb:out/online?maxBytes=10000000000
 *   redis://user:password@host:6379/0?prefix=features&ttlHours=72, rediss://… for TLS
 *
 * Throws  BAD_STORE; STORE_UNAVAILABLE where a server does not answer. A folder need not be there.
 */
export async function openStore(url: string): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url === '') throw badStore(url, 'names nothing');
  if (scheme === undefined) return openFolder(url, url, new URLSearchParams());
  if (scheme === 'lmdb') {
    const rest = url.slice('lmdb:'.length);
    const mark = rest.lastIndexOf('?');
    const folder = mark < 0 ? rest : rest.slice(0, mark);
    return openFolder(url, folder, new URLSearchParams(mark < 0 ? '' : rest.slice(mark + 1)));
  }
  if (scheme === 'redis' || scheme === 'rediss') {
    const { openRedis } = await import('./store/redis/open-redis.js');
    return openRedis(url);
  }
  const meant = closest(scheme, ['lmdb', 'redis', 'rediss']);
  throw badStore(
    url,
    `is of no kind that is known${meant === undefined ? '' : ` (did you mean ${meant}:?)`}`,
  );
}

async function openFolder(url: string, folder: string, options: URLSearchParams): Promise<Store> {
  if (folder === '') throw badStore(url, 'names no folder');
  const names = [...options.keys()].filter((name) => name !== 'maxBytes');
  if (names.length > 0) throw badStore(url, `has an option that is not known: ${names.join(', ')}`);
  const text = options.get('maxBytes');
  const maxBytes = text === null ? Number.POSITIVE_INFINITY : Number(text);
  if (!(maxBytes > 0)) throw badStore(url, 'has a maxBytes that is no number of bytes');
  const { lmdbStore } = await import('./store/lmdb/lmdb-store.js');
  return lmdbStore(folder, { maxBytes });
}
