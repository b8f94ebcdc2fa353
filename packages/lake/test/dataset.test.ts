import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acquireLock,
  beginRun,
  clearLeftovers,
  commitManifest,
  copyToParquet,
  datasetPath,
  endRun,
  formatManifest,
  listSource,
  type Manifest,
  manifestPath,
  openDataset,
  partitionPath,
  publish,
  readManifest,
  stagePath,
} from '../src/index.js';
import { bench, sourceOf } from './support.js';

const b = bench();
let made = 0;
const fresh = (): string => datasetPath(b.path('out'), 'train-sets', `set_${made++}`);

const manifest: Manifest = {
  format: 2,
  engine: '0.1.0',
  semantics: 1,
  name: 'fraud "v2"',
  definitionHash: 'd'.repeat(32),
  columns: [{ name: 'x', type: 'double', hash: 'c'.repeat(32) }],
  files: ['a', 'b', 'c', 'd'].map((path) => ({
    path: `src/${path}`,
    fingerprint: path.repeat(32),
    content: path === 'a' ? null : 'e'.repeat(32),
    stat: path === 'b' ? null : '1 2 3.5',
  })),
  partitions: {
    '2025-01-02': {
      rows: 3,
      bytes: 10,
      strict: false,
      files: [
        [0, 2],
        [3, 1],
      ],
    },
    '2025-01-01': {
      rows: 0,
      bytes: 7,
      strict: true,
      files: [],
      publishedAt: '2025-01-01T00:00:00.000Z',
    },
  },
};

describe('manifest', () => {
  it('comes back as it was, and its text depends on its content alone', async () => {
    const path = fresh();
    expect(await readManifest(path)).toBeNull();
    mkdirSync(path, { recursive: true });
    await commitManifest(path, manifest);
    expect(await readManifest(path)).toEqual(manifest);
    const { partitions, ...rest } = manifest;
    const turned: Manifest = {
      partitions: Object.fromEntries(Object.entries(partitions).reverse()),
      ...rest,
    };
    expect(formatManifest(turned)).toBe(formatManifest(manifest));
    expect(JSON.parse(formatManifest(manifest)).partitions['2025-01-02'].files).toEqual([
      [0, 2],
      [3, 1],
    ]);
    const empty: Manifest = { ...manifest, columns: [], files: [], partitions: {} };
    await commitManifest(path, empty);
    expect(await readManifest(path)).toEqual(empty);
    expect(readdirSync(path)).toEqual(['_manifest.json']);
  });

  it.each([
    ['half a file', (text: string) => text.slice(0, 100), /JSON|Unterminated|Unexpected|Expected/],
    ['another format', (text: string) => text.replace('"format": 2', '"format": 1'), /format is 1/],
    [
      'a file out of range',
      (text: string) => text.replace('[3,1]', '[3,2]'),
      /2025-01-02 names files/,
    ],
    [
      'a number as text',
      (text: string) => text.replace('"rows":3', '"rows":"3"'),
      /`rows` is no count/,
    ],
    ['no object', () => '[]', /is no object/],
  ])('%s is an error that says so', async (_, damage, reason) => {
    const path = fresh();
    mkdirSync(path, { recursive: true });
    writeFileSync(manifestPath(path), damage(formatManifest(manifest)));
    await expect(openDataset(path)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      params: { path: manifestPath(path), reason: expect.stringMatching(reason) },
    });
  });
});

describe('publishing', () => {
  it('stages, renames, and can be read as a source', async () => {
    const path = fresh();
    const run = await beginRun(path, 'run-1');
    const labels = ['2025-01-01', '2025-01-02', '__none__'];
    const sizes: Record<string, number> = {};
    for (const ds of labels) {
      await copyToParquet(b.session, `SELECT '${ds}' AS d`, stagePath(run, ds));
      sizes[ds] = statSync(stagePath(run, ds)).size;
    }
    await copyToParquet(b.session, 'SELECT 1 AS x', stagePath(run, '2025-01-03'));
    const partitions = Object.fromEntries(
      Object.entries(sizes).map(([ds, bytes]) => [
        ds,
        { rows: 1, bytes, strict: false, files: [] },
      ]),
    );
    await publish(run, { staged: labels, stale: [], manifest: { ...manifest, partitions } });
    for (const ds of labels) expect(existsSync(stagePath(run, ds))).toBe(false);
    await endRun(run);
    expect(readdirSync(path).sort()).toEqual([
      '_manifest.json',
      'ds=2025-01-01',
      'ds=2025-01-02',
      'ds=__none__',
    ]);
    const listing = await listSource(sourceOf({ d: 'string' }, { path }), '/');
    expect(listing.partitions.map((p) => [p.ds, p.files[0]?.bytes])).toEqual(Object.entries(sizes));
    expect((await openDataset(path)).lost).toEqual([]);
    rmSync(partitionPath(path, '2025-01-02'));
    writeFileSync(partitionPath(path, '__none__'), 'cut');
    expect((await openDataset(path)).lost).toEqual(['2025-01-02', '__none__']);
  });

  it('a new run clears what a dead one staged', async () => {
    const path = fresh();
    const dead = await beginRun(path, 'dead');
    writeFileSync(stagePath(dead, '2025-01-01'), 'half');
    const run = await beginRun(path, 'alive');
    expect(readdirSync(dirname(run.staging))).toEqual(['alive']);
    await endRun(run);
    expect(existsSync(dirname(run.staging))).toBe(false);
  });

  it('a label that is no day never becomes a folder', async () => {
    const run = await beginRun(fresh(), 'r');
    expect(() => stagePath(run, '../../x')).toThrow(/partition label/);
    await endRun(run);
  });

  it('a disk that takes nothing is NOT_WRITABLE or DISK_FULL, naming the path', async () => {
    const file = b.path('a-file');
    writeFileSync(file, '');
    await expect(beginRun(`${file}/below`, 'r')).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    await expect(
      copyToParquet(b.session, 'SELECT 1', `${file}/below/x.parquet`),
    ).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
      params: { path: expect.stringContaining(file) },
    });
    if (existsSync('/dev/full')) {
      const rows = 'SELECT i, random() AS r FROM range(1000000) t(i)';
      await expect(copyToParquet(b.session, rows, '/dev/full')).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
    }
    if (process.getuid?.() !== 0) {
      const path = fresh();
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o500);
      await expect(acquireLock(path, 'me')).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
      await expect(commitManifest(path, manifest)).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
      chmodSync(path, 0o700);
    }
  });
});

describe('lock', () => {
  const lockFile = (path: string, holder: object): void => {
    mkdirSync(path, { recursive: true });
    const base = {
      owner: 'old run',
      host: hostname(),
      since: '2025-01-01T00:00:00.000Z',
      started: null,
    };
    writeFileSync(`${path}/_lock`, JSON.stringify({ ...base, ...holder }));
  };
  const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;
  const token = (digit: string): string => digit.repeat(8);

  it('one writer at a time, told who it is', async () => {
    const path = fresh();
    const lock = await acquireLock(path, 'train-set fraud_v2');
    await expect(acquireLock(path, 'second')).rejects.toMatchObject({
      code: 'DATASET_LOCKED',
      params: {
        path,
        owner: expect.stringMatching(
          new RegExp(`^train-set fraud_v2, process ${process.pid} on .+, since 20`),
        ),
      },
    });
    await lock.release();
    await lock.release();
    // The folder was made for the lock alone.
    expect(existsSync(path)).toBe(false);
    await (await acquireLock(path, 'second')).release();
  });

  it('of many at once exactly one gets it, also when a dead one held it', async () => {
    for (const dead of [false, true]) {
      const path = fresh();
      if (dead) lockFile(path, { pid: deadPid(), token: token('a') });
      const tries = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => acquireLock(path, `run ${i}`)),
      );
      const won = tries.filter((t) => t.status === 'fulfilled');
      expect(won).toHaveLength(1);
      for (const t of tries)
        if (t.status === 'rejected') expect(t.reason).toMatchObject({ code: 'DATASET_LOCKED' });
      for (const t of won) await t.value.release();
      expect(existsSync(path) ? readdirSync(path) : []).toEqual([]);
    }
  });

  it('a process that lives keeps its lock; one that only has its pid does not', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      const path = fresh();
      lockFile(path, { pid: child.pid, token: token('b') });
      await expect(acquireLock(path, 'me')).rejects.toMatchObject({ code: 'DATASET_LOCKED' });
      if (existsSync('/proc/self/stat')) {
        lockFile(path, { pid: child.pid, token: token('b'), started: '1' });
        await (await acquireLock(path, 'me')).release();
        const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
        const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
        // Of before the machine was started again; and as an older version wrote it, without the boot.
        lockFile(path, { pid: child.pid, token: token('b'), started: `another-boot ${ticks}` });
        await (await acquireLock(path, 'me')).release();
        lockFile(path, { pid: child.pid, token: token('b'), started: ticks });
        await expect(acquireLock(path, 'me')).rejects.toMatchObject({ code: 'DATASET_LOCKED' });
      }
    } finally {
      child.kill();
    }
  });

  it('one that died while taking over is taken over too', async () => {
    const path = fresh();
    lockFile(path, { pid: deadPid(), token: token('c') });
    const claim = {
      owner: 'o',
      host: hostname(),
      since: 's',
      started: null,
      pid: deadPid(),
      token: token('d'),
    };
    writeFileSync(`${path}/_lock.${token('c')}`, JSON.stringify(claim));
    const lock = await acquireLock(path, 'third');
    expect(JSON.parse(readFileSync(`${path}/_lock`, 'utf8')).owner).toBe('third');
    await lock.release();
    expect(readdirSync(path)).toEqual([]);
  });

  it('another host, and a file nobody can read, are left alone', async () => {
    const path = fresh();
    lockFile(path, { pid: deadPid(), token: token('e'), host: 'elsewhere' });
    await expect(acquireLock(path, 'me')).rejects.toMatchObject({
      code: 'DATASET_LOCKED',
      hint: expect.stringContaining('elsewhere'),
    });
    writeFileSync(`${path}/_lock`, '');
    await expect(acquireLock(path, 'me')).rejects.toMatchObject({ code: 'DATASET_LOCKED' });
    expect(readdirSync(path)).toEqual(['_lock']);
  });

  it('one that was cut off before it said whose it is goes; a writer of such a one writes it again', async () => {
    const path = fresh();
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/_lock.${token('f')}.tmp`, '');
    const lock = await acquireLock(path, 'first');
    const refused = expect(acquireLock(path, 'second')).rejects.toMatchObject({
      code: 'DATASET_LOCKED',
    });
    await clearLeftovers(path);
    await refused;
    expect(readdirSync(path)).toEqual(['_lock']);
    await lock.release();
  });
});
