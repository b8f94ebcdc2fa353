import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, openStore, type Store } from '@tessera/kv-writer';
import type { ContractStore } from '@tessera/kv-writer/kit';
import { hasRedis, type RedisServer, redisCommand, startRedis } from './redis-server.js';

/** Several connections to one place, closed together. */
async function opened(
  open: () => Promise<Store>,
  remove: () => Promise<void>,
): Promise<ContractStore> {
  const stores: Store[] = [];
  const again = async (): Promise<Store> => {
    const store = await open();
    stores.push(store);
    return store;
  };
  return {
    store: await again(),
    again,
    async done() {
      await Promise.all(stores.map((store) => store.close()));
      await remove();
    },
  };
}

export function lmdbPlace(): Promise<ContractStore> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-lmdb-'));
  return opened(
    () => openStore(`lmdb:${join(folder, 'online')}`),
    async () => rmSync(folder, { recursive: true, force: true }),
  );
}

export function memoryPlace(): Promise<ContractStore> {
  const store = memoryStore();
  return opened(
    async () => store,
    async () => {},
  );
}

let places = 0;

export async function redisPlace(server: RedisServer, options = ''): Promise<ContractStore> {
  const url = `redis://127.0.0.1:${server.port}?prefix=p${places++}${options}`;
  return opened(
    () => openStore(url),
    async () => {
      await redisCommand(server.port, 'FLUSHALL');
    },
  );
}

type Places = Readonly<Record<string, () => Promise<ContractStore>>>;

/** Every store there is, by name; Redis as one server and as a cluster of one, where it is installed. */
export async function everyPlace(): Promise<Places> {
  const local: Places = { memory: memoryPlace, lmdb: lmdbPlace };
  if (!hasRedis) return local;
  const single = await startRedis();
  const cluster = await startRedis(['--cluster-enabled', 'yes']);
  await redisCommand(cluster.port, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  for (;;) {
    const info = String(await redisCommand(cluster.port, 'CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    ...local,
    redis: () => redisPlace(single),
    ...(process.env.TESSERA_LONG === '1' && {
      'redis, with an end': () => redisPlace(single, '&ttlHours=1'),
    }),
    'a cluster of redis': () => redisPlace(cluster, '&cluster=true'),
  };
}
