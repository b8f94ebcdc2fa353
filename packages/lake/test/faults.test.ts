import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32 as zlibCrc } from 'node:zlib';
import { TesseraError } from '@tessera/api';
import { crc32, crc32Slow } from '@tessera/columnar';
import { describe, expect, it } from 'vitest';
import {
  checksumFile,
  FAULT_POINTS,
  finishPublish,
  formatCrc,
  isPassing,
  journalPath,
  type Manifest,
  openDataset,
  parseFault,
  partitionPath,
  readJournal,
  readManifest,
  recoverPublish,
  withRetries,
  writeJournal,
} from '../src/index.js';
import { bench } from './support.js';

const b = bench();

describe('faults', () => {
  it('are told in one word, of points that there are', () => {
    expect(parseFault('manifest.written:3:kill')).toEqual({
      point: 'manifest.written',
      nth: 3,
      isOn: false,
      how: 'kill',
    });
    expect(parseFault('file.write:1+:ENOSPC')).toMatchObject({ isOn: true, how: 'ENOSPC' });
    for (const text of [
      '',
      'manifest.written',
      'nowhere:1:kill',
      'file.write:0:kill',
      'file.write:1:maybe',
    ])
      expect(() => parseFault(text)).toThrow('is no fault');
    expect(new Set(FAULT_POINTS).size).toBe(FAULT_POINTS.length);
  });
});

describe('CRC-32', () => {
  it('is that of gzip, in one go or in pieces, of memory or a file', async () => {
    expect(formatCrc(crc32(Buffer.from('123456789')))).toBe('cbf43926');
    expect(formatCrc(crc32(new Uint8Array(0)))).toBe('00000000');
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) >> 3);
    const whole = crc32(bytes);
    expect(crc32Slow(bytes)).toBe(whole);
    expect(crc32(bytes.subarray(777), crc32(bytes.subarray(0, 777)))).toBe(whole);
    expect(crc32(new Uint8Array(0), whole)).toBe(whole);
    expect(crc32Slow(bytes.subarray(777), crc32Slow(bytes.subarray(0, 777)))).toBe(whole);
    if (typeof zlibCrc === 'function') expect(zlibCrc(bytes)).toBe(whole);
    writeFileSync(b.path('bytes'), bytes);
    expect(await checksumFile(b.path('bytes'))).toEqual({
      bytes: bytes.length,
      crc: formatCrc(whole),
    });
  });
});

describe('what may pass', () => {
  const system = (code: string) => Object.assign(new Error(`${code}: no`), { code });

  it('is of the environment, and no full disk', () => {
    expect(isPassing(system('EIO'))).toBe(true);
    expect(
      isPassing(new TesseraError('NOT_WRITABLE', { path: 'x' }, { cause: system('EMFILE') })),
    ).toBe(true);
    expect(isPassing(new Error('IO Error: Could not read from file "x": Input/output error'))).toBe(
      true,
    );
    for (const error of [
      system('ENOSPC'),
      system('ENOENT'),
      system('EACCES'),
      new Error('IO Error: Could not write file "x": No space left on device'),
      new Error('Invalid Input Error: no magic bytes'),
      new TesseraError('DISK_FULL', { path: 'x' }),
      new TesseraError('NO_PARTITIONS', { path: 'x' }, { cause: system('EIO') }),
      'EIO',
    ])
      expect(isPassing(error), String(error)).toBe(false);
  });

  it('is tried again, what was left undone first; all else is not', async () => {
    const steps: string[] = [];
    const failing = (times: number, error: Error) => async () => {
      steps.push('try');
      if (steps.filter((step) => step === 'try').length <= times) throw error;
      return 'well';
    };
    expect(await withRetries(failing(2, system('EIO')), () => void steps.push('undo'))).toBe(
      'well',
    );
    expect(steps).toEqual(['try', 'undo', 'try', 'undo', 'try']);
    steps.length = 0;
    await expect(withRetries(failing(9, system('EIO')))).rejects.toMatchObject({ code: 'EIO' });
    expect(steps).toHaveLength(4);
    steps.length = 0;
    const mistake = new TesseraError('NO_PARTITIONS', { path: 'x' });
    await expect(withRetries(failing(9, mistake))).rejects.toBe(mistake);
    expect(steps).toHaveLength(1);
  });
});

describe('a publish that was written down', () => {
  const days = ['2025-01-01', '2025-01-02'] as const;
  const manifest: Manifest = {
    ...{
      format: 2,
      engine: '0.1.0',
      semantics: 1,
      name: 'n',
      definitionHash: 'd',
      columns: [],
      files: [],
    },
    partitions: Object.fromEntries(
      days.map((ds) => [ds, { rows: 1, bytes: 3, strict: false, files: [] }]),
    ),
  };
  let made = 0;

  /** Staged, and as far as `moved` says in place; a partition that goes beside. */
  async function begun(moved: readonly string[]): Promise<string> {
    const path = b.path(`set-${made++}`);
    const staging = `${path}/_staging/work`;
    for (const folder of [staging, `${path}/ds=2024-12-31`]) mkdirSync(folder, { recursive: true });
    writeFileSync(partitionPath(path, '2024-12-31'), 'gone');
    for (const ds of days) {
      mkdirSync(`${path}/ds=${ds}`);
      writeFileSync(partitionPath(path, ds), moved.includes(ds) ? 'new' : 'old one');
      if (!moved.includes(ds)) writeFileSync(`${staging}/ds=${ds}.parquet`, 'new');
    }
    const moves = Object.fromEntries(days.map((ds) => [ds, 3]));
    await writeJournal(path, { run: 'work', moves, stale: [], manifest });
    return path;
  }

  it.each([[[]], [['2025-01-01']], [[...days]]])(
    'is told as done and finished, with %j in place',
    async (moved) => {
      const path = await begun(moved);
      const told = await openDataset(path);
      expect(told).toMatchObject({ manifest, lost: [], isPublishing: true });
      for (const ds of days) expect(readFileSync(told.fileOf(ds), 'utf8')).toBe('new');
      expect(await recoverPublish(path)).toBe(true);
      expect(await recoverPublish(path)).toBe(false);
      expect(await openDataset(path)).toMatchObject({
        manifest,
        lost: [],
        unlisted: [],
        isPublishing: false,
      });
      for (const ds of days) expect(readFileSync(partitionPath(path, ds), 'utf8')).toBe('new');
      expect(await readJournal(path)).toBeNull();
    },
  );

  it('does not list what is nowhere', async () => {
    const path = await begun(['2025-01-01']);
    const journal = (await readJournal(path))!;
    const lost = await finishPublish(path, { ...journal, run: 'another' });
    expect(lost).toEqual(['2025-01-02']);
    expect(Object.keys((await readManifest(path))!.partitions)).toEqual(['2025-01-01']);
  });

  it.each([
    ['half of it', (text: string) => text.slice(0, 60)],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ['naming another folder', (text: string) => text.replace('"work"', '"../x"')],
  ])('%s is an error that says what to do', async (_, damage) => {
    const path = await begun([]);
    writeFileSync(journalPath(path), damage(readFileSync(journalPath(path), 'utf8')));
    await expect(openDataset(path)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: expect.stringContaining('tessera doctor'),
    });
  });
});
