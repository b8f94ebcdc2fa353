import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadVersion, openStore } from '@tessera/kv-writer';
import { runsOf, sampleEntries } from '@tessera/kv-writer/kit';
import { describe, expect, test } from 'vitest';
import { hasRedis, type RedisServer, redisCommand, startRedis } from './redis-server.js';
import { type Child, COUNT, startUpload, tagsRead, UNIT, upload } from './uploads.js';

const folder = mkdtempSync(join(tmpdir(), 'tessera-two-'));
const redis = hasRedis ? await startRedis() : null;
const places: { url: string; server: RedisServer | null }[] = [
  { url: `lmdb:${folder}`, server: null },
  ...(redis === null ? [] : [{ url: redis.url, server: redis }]),
];

async function holding(child: Child): Promise<void> {
  while (!child.out().includes('holding')) {
    if (child.process.exitCode !== null) throw new Error((await child.ended).err);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.each(places)('two uploads of one unit to $url', ({ url, server }) => {
  test('the second is told who is at it; of a dead one it takes the lock over, and goes on with what it wrote', async () => {
    const store = await openStore(url);
    await upload(store, 'old');
    const child = startUpload(url, 'new', {}, 'hold');
    await holding(child);
    await expect(upload(store, 'other')).rejects.toMatchObject({
      code: 'UPLOAD_LOCKED',
      message: expect.stringContaining(`process ${child.process.pid}`),
    });
    // Another unit is nobody's business, and what is uploaded can be rolled back meanwhile.
    await upload(store, 'elsewhere', 'join.other');
    await upload(store, 'elsewhere too', 'join.other');
    await store.rollback('join.other');
    child.process.kill('SIGKILL');
    await child.ended;
    expect(await tagsRead(store)).toEqual(['old']);
    const { outcome, resumedEntries, dropped } = await upload(store, 'new');
    expect({ outcome, resumedEntries, dropped }).toEqual({
      outcome: 'loaded',
      resumedEntries: 250,
      dropped: [],
    });
    expect(await tagsRead(store)).toEqual(['new']);
    await store.close();
  });

  test('who loses the lock meanwhile ends before anything is switched', async () => {
    const store = await openStore(url);
    await upload(store, 'kept');
    const all = runsOf(sampleEntries('lost', COUNT), 250);
    const runs = async function* (after: Uint8Array | null) {
      for await (const run of all(after)) {
        await takeLock();
        yield run;
      }
    };
    const asOfMs = 1_740_787_200_000;
    const losing = loadVersion(store, { unit: UNIT, asOfMs, served: {}, inputHash: 'lost', runs });
    await expect(losing).rejects.toMatchObject({
      code: 'UPLOAD_LOCKED',
      message: expect.stringContaining('somebody else'),
    });
    expect(await tagsRead(store)).toEqual(['kept']);
    // It was not theirs to give free.
    await expect(upload(store, 'next')).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });
    await releaseLock();
    await upload(store, 'next');
    await store.close();

    async function takeLock(): Promise<void> {
      const since = new Date().toISOString();
      const holder = { owner: 'somebody else', pid: 1, host: 'elsewhere', since, token: 'abc0' };
      if (server === null) writeFileSync(join(folder, UNIT, '_lock'), JSON.stringify(holder));
      else await redisCommand(server.port, 'SET', lockKey(), JSON.stringify(holder));
    }
    async function releaseLock(): Promise<void> {
      if (server === null) rmSync(join(folder, UNIT, '_lock'));
      else await redisCommand(server.port, 'DEL', lockKey());
    }
    function lockKey(): string {
      return `${new URL(url).searchParams.get('prefix')}:${UNIT}:lock`;
    }
  });

  test('equal inputs are loaded once; after a rollback they are activated again', async () => {
    const store = await openStore(url);
    const first = await upload(store, 'same');
    expect(first.outcome).toBe('loaded');
    const again = await upload(store, 'same');
    expect(again).toMatchObject({ outcome: 'current', version: first.version, dropped: [] });
    const next = await upload(store, 'next');
    expect(next.previous).toBe(first.version);
    await store.rollback(UNIT);
    expect(await upload(store, 'next')).toMatchObject({
      outcome: 'activated',
      version: next.version,
      previous: first.version,
    });
    expect(await tagsRead(store)).toEqual(['next']);
    expect(await store.versions(UNIT)).toHaveLength(2);
    await store.close();
  });

  test('another as-of, definition or input is another version', async () => {
    const store = await openStore(url);
    const base = { unit: 'join.third', asOfMs: 1000, served: { a: 1 }, inputHash: 'x' };
    const runs = runsOf(sampleEntries('v', 10));
    const versions = [];
    for (const more of [{}, { asOfMs: 2000 }, { served: { a: 2 } }, { inputHash: 'y' }]) {
      const { outcome, version } = await loadVersion(store, { ...base, ...more, runs });
      expect(outcome).toBe('loaded');
      versions.push(version);
    }
    expect(new Set(versions).size).toBe(4);
    const [current, previous, ...others] = await store.versions('join.third');
    expect([current?.version, previous?.version]).toEqual([versions[3], versions[2]]);
    expect(others).toEqual([]);
    await store.close();
  });

  test('an upload ends when its source does, and the next goes on', async () => {
    const store = await openStore(url);
    await upload(store, 'before');
    const runs = runsOf(sampleEntries('after', COUNT), 100);
    const ending = async function* () {
      let given = 0;
      for await (const run of runs(null)) {
        if (given++ === 3) throw new Error('the source ends');
        yield run;
      }
    };
    const asOfMs = 1_740_787_200_000;
    const ended = loadVersion(store, {
      unit: UNIT,
      asOfMs,
      served: { tag: 'after' },
      inputHash: 'after',
      runs: ending,
    });
    await expect(ended).rejects.toThrow('the source ends');
    expect(await tagsRead(store)).toEqual(['before']);
    expect(await upload(store, 'after')).toMatchObject({ outcome: 'loaded', resumedEntries: 300 });
    // What nobody goes on with is cleared away.
    const stopped = loadVersion(store, {
      unit: UNIT,
      asOfMs,
      served: {},
      inputHash: 'never',
      runs: ending,
    });
    await expect(stopped).rejects.toThrow('the source ends');
    expect(await store.versions(UNIT)).toHaveLength(3);
    expect((await upload(store, 'last')).dropped).toHaveLength(2);
    expect(await store.versions(UNIT)).toHaveLength(2);
    await store.close();
    if (url.startsWith('lmdb:')) rmSync(folder, { recursive: true, force: true });
  });
});
