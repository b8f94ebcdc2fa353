import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join as joinPath, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../files/command.js';
import { newFolder } from '../files/workspace.js';

/** A process that may have few addresses (`ulimit -v`), as some shells of shared machines give. */

const TESSERA = resolve(import.meta.dirname, '../../apps/cli/bin/tessera.cjs');

const PROJECT = {
  'tessera.config.ts': `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out' });
`,
  'features/spend.ts': `import { count, events, groupBy, join, part, sum } from '@tessera/api';
export const orders = events({
  name: 'orders', path: 'orders.csv', time: 'at',
  columns: { id: 'int64!', who: 'string', amount: 'double', at: 'timestamp' },
});
export const spend = groupBy({ name: 'spend', source: orders, keys: ['who'], aggregations: [count(), sum('amount')] });
export const next = join({ name: 'next', left: orders, parts: [part(spend)] });
`,
  'lake/orders.csv':
    'id,who,amount,at\n1,a,1.5,2025-03-01T08:00:00Z\n2,a,2.5,2025-03-01T09:00:00Z\n',
} as const;

interface Where {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

function withFewAddresses(args: readonly string[], { folder, env }: Where) {
  const words = [process.execPath, ...args].map((word) => `'${word}'`).join(' ');
  return spawnSync('bash', ['-c', `ulimit -v 8000000; exec ${words}`], {
    cwd: folder,
    encoding: 'utf8',
    // The shell that runs the tests may stand elsewhere.
    env: { ...process.env, INIT_CWD: folder, ...env },
  });
}

/** WebAssembly takes 10 GB of addresses a memory, and more than one. */
function trainSet(folder: string, env: Readonly<Record<string, string>>) {
  return withFewAddresses([TESSERA, 'train-set', '--join', 'next'], { folder, env });
}

/** Later versions of V8 do with few where they do not get many. */
function doesWithFew(folder: string): boolean {
  const script = 'new WebAssembly.Memory({ initial: 1 })';
  return withFewAddresses(['-e', script], { folder, env: { NODE_OPTIONS: '' } }).status === 0;
}

describe.skipIf(process.platform !== 'linux')('few addresses', () => {
  test('are told, with what to do, and nothing is left, where they are not enough', () => {
    const folder = newFolder();
    writeFiles(folder, PROJECT);
    const { status, stderr } = trainSet(folder, { NODE_OPTIONS: '' });
    if (doesWithFew(folder)) {
      expect(status).toBe(0);
      expect(existsSync(joinPath(folder, 'out/train-sets/next'))).toBe(true);
      return;
    }
    expect(stderr).toMatch(/ADDRESS_SPACE/);
    expect(stderr).toMatch(/NODE_OPTIONS=--disable-wasm-trap-handler/);
    expect(status).toBe(2);
    expect(existsSync(joinPath(folder, 'out/train-sets/next'))).toBe(false);
  });

  test('are enough when Node is told to do with them', () => {
    const folder = newFolder();
    writeFiles(folder, PROJECT);
    const { status, stderr } = trainSet(folder, {
      NODE_OPTIONS: '--disable-wasm-trap-handler',
    });
    expect(stderr).not.toMatch(/ADDRESS_SPACE/);
    expect(status).toBe(0);
  });
});
