import { cpSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { entities, events, type JoinSpec } from '@tessera/api';
import { type RunOptions, type RunResult, trainSet } from '@tessera/engine';
import { beforeEach, expect } from 'vitest';
import { hashes, newFolder } from './workspace.js';

/** The smallest tables: who paid what and when, who asks when, where they live. Their rows are each test's own. */

export const paymentColumns = { user: 'string', amount: 'double', at: 'timestamp' } as const;
export const payments = events({
  name: 'payments',
  path: 'payments',
  columns: paymentColumns,
  time: 'at',
});

export const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { user: 'string', at: 'timestamp' },
  time: 'at',
});

export const orderColumns = { id: 'int32', user: 'string', at: 'timestamp' } as const;
export const numberedOrders = events({
  name: 'orders',
  path: 'orders',
  columns: orderColumns,
  time: 'at',
});

export const states = entities({
  name: 'states',
  path: 'states',
  keys: ['user'],
  columns: { user: 'string', city: 'string' },
});

/** A file of a table's day. */
export const dayFile = (lake: string, table: string, ds: string, name = 'a'): string =>
  joinPath(lake, table, `ds=${ds}`, `${name}.parquet`);

/** A lake and an output of its own for each test: a copy of `untouched`, and what is made of it by the join `asked`. */
export function copiesOf(untouched: string, asked: JoinSpec) {
  const here = { lake: '', out: '' };
  beforeEach(() => {
    const folder = newFolder();
    here.lake = joinPath(folder, 'lake');
    here.out = joinPath(folder, 'out');
    cpSync(untouched, here.lake, { recursive: true });
  });
  const run = (options: RunOptions = {}, of: JoinSpec = asked): Promise<RunResult> =>
    trainSet(of, { ...here, workers: 1, ...options });
  const dataset = () => joinPath(here.out, 'train-sets', asked.name);
  return {
    /** Where this test's copy is; may be changed. */
    here,
    run,
    dataset,
    file: (table: string, ds: string, name?: string) => dayFile(here.lake, table, ds, name),
    /** What stands there is what a run into an empty folder makes. */
    async sameAsFromScratch(options: RunOptions = {}, of: JoinSpec = asked): Promise<void> {
      const { path } = await run({ ...options, out: joinPath(newFolder(), 'out') }, of);
      expect(hashes(dataset())).toEqual(hashes(path ?? ''));
    },
  };
}
