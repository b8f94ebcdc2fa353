import { join } from 'node:path';
import { upload } from '@tessera/engine';
import { openStore } from '@tessera/kv-writer';
import { expect, test, vi } from 'vitest';
import { fraudV2 } from '../../examples/fraud/features/fraud-v2.js';
import { generated } from '../files/generated.js';
import { newFolder } from '../files/workspace.js';

test('examples/fraud/serve.ts prints what was uploaded', async () => {
  const folder = newFolder();
  const lake = join(folder, 'data');
  await generated(0.002, lake);
  const url = join(folder, 'online');
  const store = await openStore(url);
  const asOfMs = Date.parse('2025-03-01T00:00:00Z');
  await upload(fraudV2, {
    store,
    asOfMs,
    lake,
    out: join(folder, 'out'),
    tiles: 'off',
    workers: 1,
  });
  await store.close();
  const printed: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => void printed.push(words));
  process.env.FEATURE_STORE = url;
  try {
    await import('../../examples/fraud/serve.js');
  } finally {
    log.mockRestore();
    delete process.env.FEATURE_STORE;
  }
  const [values, ...parts] = printed;
  // Of a user who buys: a null would show nothing.
  expect(values).toEqual([expect.any(Number), expect.any(Number)]);
  expect(parts.map(([part]) => part)).toEqual(fraudV2.parts.map(({ groupBy }) => groupBy.name));
  expect(parts.map(([, status]) => status)).toEqual(parts.map(() => 'ok'));
}, 120_000);
