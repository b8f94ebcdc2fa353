import { openStore } from '@tessera/kv-writer';
import { load, runsOf, sampleEntries, sampleKey } from '@tessera/kv-writer/kit';
import { afterEach, describe, expect, test } from 'vitest';
import { hasRedis, type RedisServer, redisCommand, startRedis } from './redis-server.js';
import { COUNT, tagsRead, UNIT, upload } from './uploads.js';

const keys = Array.from({ length: COUNT }, (_, i) => sampleKey(i));
const servers: RedisServer[] = [];

async function newServer(options: readonly string[] = [], port?: number): Promise<RedisServer> {
  const server = await startRedis(options, port);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.process.kill('SIGCONT');
    await server.stop();
  }
});

describe.skipIf(!hasRedis)('redis', () => {
  test('a server that is not there is told at once', async () => {
    await expect(openStore('redis://user:secret@127.0.0.1:1')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.not.stringContaining('secret'),
    });
  });

  test('a reader is told when its version is gone, and never nulls', async () => {
    const { url } = await newServer();
    const store = await openStore(url);
    await upload(store, 'first');
    const reader = await store.reader(UNIT);
    const codes: string[] = [];
    for (let i = 0; i < 10; i++) {
      await upload(store, `next ${i}`);
      try {
        const values = await reader.multiGet(keys);
        expect(values.filter((value) => !value?.toString().startsWith('first '))).toEqual([]);
        codes.push('read');
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    }
    expect(codes).toEqual(['read', ...Array.from({ length: 9 }, () => 'STORE_VERSION_GONE')]);
    await store.close();
  });

  test('a reader beside a drop has all values or an error', async () => {
    const { url } = await newServer();
    const [store, other] = [await openStore(url), await openStore(url)];
    await upload(store, 'first');
    await upload(store, 'second');
    const first = (await store.versions(UNIT)).find((one) => one.isPrevious)!.version;
    const reader = await other.reader(UNIT, first);
    let isDropped = false;
    const dropping = store.drop(UNIT, first).then(() => {
      isDropped = true;
    });
    const ends: string[] = [];
    while (!isDropped) {
      try {
        const values = await reader.multiGet(keys);
        expect(values).not.toContain(null);
        ends.push('read');
      } catch (error) {
        ends.push((error as { code: string }).code);
      }
    }
    await dropping;
    expect(new Set(ends).has('STORE_VERSION_GONE')).toBe(true);
    expect(await redisCommand(servers[0]!.port, 'DBSIZE')).toBe(COUNT + 4 + 4);
    await Promise.all([store.close(), other.close()]);
  });

  test('a server that dies is told, and is used again when it is back', async () => {
    const server = await newServer();
    const store = await openStore(server.url);
    await upload(store, 'old');
    const reader = await store.reader(UNIT);
    const asked = Array.from({ length: 20 }, () => reader.multiGet(keys));
    const ends = Promise.allSettled(asked);
    server.process.kill('SIGKILL');
    const unavailable = { code: 'STORE_UNAVAILABLE' };
    for (const end of await ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject(unavailable);
      else expect(end.value).not.toContain(null);
    }
    await expect(reader.multiGet(keys)).rejects.toMatchObject(unavailable);
    await expect(upload(store, 'new')).rejects.toMatchObject(unavailable);
    await server.stop();
    // Nothing of what it held was kept.
    await newServer([], server.port);
    await back(() => store.current(UNIT));
    await expect(reader.multiGet(keys)).rejects.toMatchObject({ code: 'STORE_VERSION_GONE' });
    expect((await upload(store, 'new')).outcome).toBe('loaded');
    expect(await tagsRead(store)).toEqual(['new']);
    await store.close();
  });

  test('a server that dies while it is uploaded to', async () => {
    const server = await newServer();
    const store = await openStore(server.url);
    let given = 0;
    const runs = async function* (after: Uint8Array | null) {
      for await (const run of runsOf(sampleEntries('new', COUNT))(after)) {
        if (given++ === 3) server.process.kill('SIGKILL');
        yield run;
      }
    };
    const loading = store.bulkLoad(UNIT, 'v1', runs, { identity: 'one' });
    await expect(loading).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await store.close();
  });

  test('a server that does not answer is not waited for longer than wanted', async () => {
    const server = await newServer();
    const store = await openStore(`${server.url}&timeoutMs=1500`);
    await upload(store, 'old');
    const reader = await store.reader(UNIT);
    server.process.kill('SIGSTOP');
    const signal = AbortSignal.timeout(50);
    await expect(reader.multiGet(keys, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    const gone = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('1500 ms') };
    await expect(reader.multiGet(keys)).rejects.toMatchObject(gone);
    await expect(openStore(`${server.url}&timeoutMs=300`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    server.process.kill('SIGCONT');
    expect((await back(() => reader.multiGet(keys))).length).toBe(COUNT);
    await store.close();
  });

  test('a full server takes nothing more: nothing is switched, and with room the upload ends well', async () => {
    const server = await newServer(['--maxmemory-policy', 'noeviction']);
    const store = await openStore(server.url);
    await upload(store, 'old');
    await redisCommand(server.port, 'CONFIG', 'SET', 'maxmemory', '3500000');
    const large = sampleEntries('large', 40_000);
    const full = load(store, UNIT, 'large', large);
    await expect(full).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(await tagsRead(store)).toEqual(['old']);
    await redisCommand(server.port, 'CONFIG', 'SET', 'maxmemory', '0');
    await load(store, UNIT, 'large', large);
    await store.activate(UNIT, 'large');
    expect(await tagsRead(store)).toEqual(['large']);
    await store.close();
  });

  test('a server that throws keys away is refused', async () => {
    const server = await newServer(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    const store = await openStore(server.url);
    await expect(upload(store, 'new')).rejects.toMatchObject({
      code: 'BAD_STORE',
      message: expect.stringContaining('allkeys-lru'),
    });
    await redisCommand(server.port, 'CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
    await upload(store, 'new');
    const ending = await openStore(`${server.url}&ttlHours=1`);
    await expect(upload(ending, 'newer')).rejects.toMatchObject({ code: 'BAD_STORE' });
    await Promise.all([store.close(), ending.close()]);
  });

  test('versions that have an end: then they are gone, and the same upload makes them anew', async () => {
    const server = await newServer();
    // A second.
    const store = await openStore(`${server.url}&ttlHours=0.000277`);
    const { version } = await upload(store, 'old');
    const reader = await store.reader(UNIT);
    await back(async () => {
      const isThere = (await store.versions(UNIT))[0]?.state === 'loaded';
      if (isThere) throw new Error('not yet');
    });
    await expect(reader.multiGet(keys)).rejects.toMatchObject({ code: 'STORE_VERSION_GONE' });
    await expect(store.reader(UNIT)).rejects.toMatchObject({ code: 'STORE_VERSION_GONE' });
    const lasting = await openStore(server.url);
    expect(await upload(lasting, 'old')).toMatchObject({ outcome: 'loaded', version });
    expect(await tagsRead(lasting)).toEqual(['old']);
    await Promise.all([store.close(), lasting.close()]);
  });

  test('what somebody removed by hand is noticed by a check, and made anew by the same upload', async () => {
    const server = await newServer();
    const store = await openStore(server.url);
    await upload(store, 'old');
    const version = String(await store.current(UNIT));
    await store.check(UNIT, version);
    const entries = (await redisCommand(server.port, 'KEYS', '*:=*')) as string[];
    // Of those whose bytes are text.
    const entry = entries.find((key) => !key.includes('\ufffd'));
    expect(await redisCommand(server.port, 'DEL', String(entry))).toBe(1);
    await expect(store.check(UNIT, version)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect((await upload(store, 'old')).outcome).toBe('loaded');
    expect(await store.versions(UNIT)).toHaveLength(1);
    await store.check(UNIT, String(await store.current(UNIT)));
    await store.close();
  });

  test('what is no value below a key is told, and not taken for nothing', async () => {
    const server = await newServer();
    const store = await openStore(server.url);
    await upload(store, 'old');
    const reader = await store.reader(UNIT);
    const before = await reader.multiGet(keys);
    const nobody = Buffer.from('no such key');
    expect(await reader.multiGet([nobody, ...keys])).toEqual([null, ...before]);
    const entries = (await redisCommand(server.port, 'KEYS', '*:=*')) as string[];
    const entry = entries.find((key) => key.endsWith(`=${Buffer.from(keys[0]!).toString()}`));
    await redisCommand(server.port, 'DEL', String(entry));
    expect(await reader.multiGet(keys)).toEqual([null, ...before.slice(1)]);
    await redisCommand(server.port, 'RPUSH', String(entry), 'a list');
    await expect(reader.multiGet(keys)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await store.close();
  });

  test('passwords are used, and not told', async () => {
    const server = await newServer(
      ['--requirepass', 'hunter2', '--protected-mode', 'no'],
      undefined,
    );
    const at = `127.0.0.1:${server.port}`;
    for (const url of [`redis://${at}`, `redis://:wrong-secret@${at}`]) {
      await expect(openStore(url)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.not.stringContaining('secret'),
      });
    }
    const store = await openStore(`redis://:hunter2@${at}/2`);
    expect(store.where).toBe(`redis://${at}/2`);
    await upload(store, 'new');
    expect(await tagsRead(store)).toEqual(['new']);
    await store.close();
  });
});

/** Once it ends well. */
async function back<T>(attempt: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await attempt();
    } catch (cause) {
      if (i > 200) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
