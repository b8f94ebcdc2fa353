import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { intoPageCache, parquetBelow } from '../src/page-cache.js';
import { mappedFiles } from '../src/process-tree.js';

test.runIf(process.platform === 'linux')('a process maps its program', () => {
  const files = mappedFiles(process.pid);
  expect(files).toContain(process.execPath);
  expect(files.filter((path) => !path.startsWith('/') || path.startsWith('/dev'))).toEqual([]);
  expect(mappedFiles(2 ** 30)).toEqual([]);
});

test('Parquet is read wherever it lies; what is gone is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-pages-'));
  try {
    mkdirSync(join(folder, 'events', 'ds=2025-01-01'), { recursive: true });
    const file = join(folder, 'events', 'ds=2025-01-01', 'part-0.parquet');
    writeFileSync(file, 'rows');
    writeFileSync(join(folder, '_done'), '');
    expect(parquetBelow(folder)).toEqual([file]);
    expect(() => intoPageCache([file, join(folder, 'gone'), join(folder, '_done')])).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
