import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTesseraError } from '@tessera/api';
import { openStore, STORE_FAULT_POINTS } from '@tessera/kv-writer';
import { describe, expect, test } from 'vitest';
import { random as seeded } from '../../../test/oracle/prng.js';
import { hasRedis, redisCommand, startRedis } from './redis-server.js';
import { startUpload, tagsRead, UNIT, upload } from './uploads.js';

/**
 * An upload is killed somewhere, while somebody reads: each answer is of the version from before or of the new one. The same
 * upload ends well then, and leaves what an upload does that was never killed.
 */

const LONG = process.env.TESSERA_LONG === '1';
const KILLS = Number(process.env.TESSERA_KILLS ?? 100);
const SEED = Number(process.env.TESSERA_SEED ?? 1);

interface Ground {
  readonly name: string;
  /** Those that are tried in the short run. */
  points(point: string): boolean;
  /** Of a place where nothing is. */
  newUrl(): string;
  /** All that is there, in words that do not tell versions apart. */
  inventory(url: string): Promise<readonly string[]>;
  remove(url: string): Promise<void>;
}

function lmdbGround(): Ground {
  const folderOf = (url: string) => url.slice('lmdb:'.length);
  const below = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) =>
      path.replace(/\d{8}T\d{6}Z-[0-9a-f]+/, '<version>'),
    );
  return {
    name: 'lmdb',
    newUrl: () => `lmdb:${mkdtempSync(join(tmpdir(), 'tessera-kills-'))}`,
    points: (point) => /^(run|meta|pointer)\.|^(lock.written|load.synced|drop.half)$/.test(point),
    // The lock of a dead process is taken over by who needs it.
    inventory: async (url) =>
      below(folderOf(url))
        .filter((path) => !path.endsWith('/_switch'))
        .sort(),
    remove: async (url) => rmSync(folderOf(url), { recursive: true, force: true }),
  };
}

async function redisGround(): Promise<Ground> {
  const { port } = await startRedis();
  let places = 0;
  return {
    name: 'redis',
    points: (point) => /^(run|meta|pointer)\.|^drop.half$/.test(point),
    newUrl: () => `redis://127.0.0.1:${port}?prefix=k${places++}`,
    async inventory(url) {
      const prefix = new URL(url).searchParams.get('prefix');
      // biome-ignore lint/suspicious/noExplicitAny: whatever it replies
      const keys = (await redisCommand(port, 'KEYS', `${prefix}:*`)) as any[];
      return keys
        .map((key) =>
          String(key)
            .replace(/^k\d+:/, '')
            .replace(/\d{8}T\d{6}Z-[0-9a-f]+/, '<version>'),
        )
        .sort();
    },
    async remove() {
      await redisCommand(port, 'FLUSHALL');
    },
  };
}

/** Reads until it is told to stop. */
async function startReading(url: string) {
  const store = await openStore(url);
  let isOver = false;
  const seen = new Set<string>();
  const reading = (async () => {
    while (!isOver) {
      try {
        seen.add((await tagsRead(store)).join('+'));
      } catch (error) {
        if (!isTesseraError(error) || error.code !== 'STORE_VERSION_GONE') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  return async (): Promise<ReadonlySet<string>> => {
    isOver = true;
    await reading;
    await store.close();
    return seen;
  };
}

function pointsPassed(log: string): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
}

const grounds: Ground[] = [lmdbGround()];
if (hasRedis) grounds.push(await redisGround());

describe.each(grounds)('$name', (ground) => {
  /** What two uploads leave, and the points that the second passes. */
  async function unkilled() {
    const url = ground.newUrl();
    const store = await openStore(url);
    await upload(store, 'oldest');
    await upload(store, 'old');
    const log = join(mkdtempSync(join(tmpdir(), 'tessera-points-')), 'points');
    const { code, err } = await startUpload(url, 'new', { TESSERA_STORE_FAULT_LOG: log }).ended;
    expect(code, err).toBe(0);
    const inventory = await ground.inventory(url);
    await store.close();
    return { inventory, passed: pointsPassed(log) };
  }

  async function kill(fault: string, inventory: readonly string[]): Promise<void> {
    const url = ground.newUrl();
    const store = await openStore(url);
    await upload(store, 'oldest');
    await upload(store, 'old');
    const stop = await startReading(url);
    const { signal, err } = await startUpload(url, 'new', { TESSERA_STORE_FAULT: fault }).ended;
    expect(signal, `${fault}: ${err}`).toBe('SIGKILL');
    const [after] = await tagsRead(store);
    const { outcome } = await upload(store, 'new');
    const seen = await stop();
    expect([...seen].filter((tags) => tags !== 'old' && tags !== 'new')).toEqual([]);
    expect(['old', 'new']).toContain(after);
    expect(after === 'new' ? ['current'] : ['loaded', 'activated']).toContain(outcome);
    expect(await tagsRead(store)).toEqual(['new']);
    expect(await ground.inventory(url), fault).toEqual(inventory);
    expect((await store.versions(UNIT)).map((one) => [one.state, one.isCurrent])).toEqual([
      ['loaded', true],
      ['loaded', false],
    ]);
    await store.rollback(UNIT);
    expect(await tagsRead(store)).toEqual(['old']);
    await store.close();
    await ground.remove(url);
  }

  test('killed at every point', async () => {
    const { inventory, passed } = await unkilled();
    const points = [...new Set(passed)];
    expect(points.length).toBeGreaterThan(12);
    expect(STORE_FAULT_POINTS).toEqual(expect.arrayContaining(points));
    // In the middle of what happens more than once.
    const faults = points
      .filter((point) => LONG || ground.points(point))
      .map((point) => {
        const times = passed.filter((one) => one === point).length;
        return `${point}:${Math.ceil(times / 2)}`;
      });
    const random = seeded(SEED);
    for (let i = 0; LONG && i < KILLS; i++) {
      const at = random.below(passed.length);
      const nth = passed.slice(0, at + 1).filter((one) => one === passed[at]).length;
      faults.push(`${passed[at]}:${nth}`);
    }
    for (const fault of faults) await kill(fault, inventory);
  });
});
