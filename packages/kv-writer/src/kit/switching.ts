import assert from 'node:assert/strict';
import { isTesseraError } from '@tessera/api';
import type { Store } from '../store/store.js';
import { load, sampleEntries, sampleKey } from './entries.js';
import { type ContractCheck, refuses, textOf } from './test-type.js';

const unit = 'join.orders';

async function activateNew(store: Store, version: string): Promise<void> {
  await load(store, unit, version, sampleEntries(version, 200));
  await store.activate(unit, version);
}

async function pointers(store: Store): Promise<(string | null)[]> {
  const versions = await store.versions(unit);
  const current = versions.find((one) => one.isCurrent)?.version ?? null;
  assert.equal(await store.current(unit), current);
  return [current, versions.find((one) => one.isPrevious)?.version ?? null];
}

export const switchingTests: readonly ContractCheck[] = [
  {
    name: 'what is activated is current, what was is previous; a rollback exchanges them',
    async check({ store, again }) {
      const other = await again();
      await activateNew(store, 'v1');
      assert.deepEqual(await pointers(other), ['v1', null]);
      await refuses('NOTHING_TO_ROLL_BACK', store.rollback(unit));
      await activateNew(store, 'v2');
      assert.deepEqual(await pointers(other), ['v2', 'v1']);
      await store.activate(unit, 'v2');
      assert.deepEqual(await pointers(other), ['v2', 'v1'], 'what is current is left as it is');
      assert.equal(await other.rollback(unit), 'v1');
      assert.deepEqual(await pointers(store), ['v1', 'v2']);
      const reader = await store.reader(unit);
      assert.equal(reader.meta.version, 'v1');
      await reader.close();
      assert.equal(await store.rollback(unit), 'v2');
      await activateNew(store, 'v3');
      assert.deepEqual(await pointers(store), ['v3', 'v2']);
      const versions = await store.versions(unit);
      assert.deepEqual(versions.map(({ version }) => version).sort(), ['v1', 'v2', 'v3']);
    },
  },
  {
    name: 'versions are dropped, but never the current one',
    async check({ store }) {
      await activateNew(store, 'v1');
      await activateNew(store, 'v2');
      await activateNew(store, 'v3');
      await refuses('VERSION_IN_USE', store.drop(unit, 'v3'));
      await store.drop(unit, 'v1');
      await store.drop(unit, 'v1');
      await refuses('NOT_UPLOADED', store.reader(unit, 'v1'));
      assert.deepEqual(await pointers(store), ['v3', 'v2']);
      await store.drop(unit, 'v2');
      assert.deepEqual(await pointers(store), ['v3', null]);
      await refuses('NOTHING_TO_ROLL_BACK', store.rollback(unit));
      assert.equal((await store.versions(unit)).length, 1);
      // The name is free again.
      await load(store, unit, 'v1', sampleEntries('again', 5));
      const reader = await store.reader(unit, 'v1');
      const [there, gone] = await reader.multiGet([sampleKey(1), sampleKey(100)]);
      assert.match(textOf(there) ?? '', /^again 1/);
      assert.equal(gone, null);
      await reader.close();
    },
  },
  {
    name: 'versions are listed newest first',
    async check({ store }) {
      for (const version of ['b', 'a', 'c']) {
        await load(store, unit, version, sampleEntries(version, 5));
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      const names = (await store.versions(unit)).map(({ version }) => version);
      assert.deepEqual(names, ['c', 'a', 'b']);
    },
  },
  {
    name: 'one uploads, others are told who',
    async check({ store, again }) {
      const other = await again();
      const lock = await store.lock(unit, 'upload of orders');
      await lock.check();
      const error = await refuses('UPLOAD_LOCKED', other.lock(unit, 'another'));
      assert.match(error.message, /upload of orders/);
      const elsewhere = await other.lock('join.other', 'another');
      await elsewhere.release();
      await lock.release();
      await lock.release();
      const next = await other.lock(unit, 'the next');
      await lock.release();
      await refuses('UPLOAD_LOCKED', store.lock(unit, 'one more'));
      await next.release();
    },
  },
  {
    name: 'who reads while versions are switched has one version in each answer, and no error',
    async check({ store, again }) {
      await activateNew(store, 'v0');
      let isOver = false;
      const keys = [0, 50, 100, 199].map(sampleKey);
      const seen = new Set<string>();
      const read = async (from: Store): Promise<void> => {
        while (!isOver) {
          const reader = await from.reader(unit);
          let texts: (string | null)[];
          try {
            texts = (await reader.multiGet(keys)).map(textOf);
          } catch (error) {
            if (!isTesseraError(error) || error.code !== 'STORE_VERSION_GONE') throw error;
            continue;
          } finally {
            await reader.close();
          }
          const versions = new Set(texts.map((text) => text?.split(' ')[0] ?? 'null'));
          assert.deepEqual([...versions], [reader.meta.version]);
          seen.add(reader.meta.version);
          await new Promise(setImmediate);
        }
      };
      const readers = [read(await again()), read(await again())];
      try {
        for (let i = 1; i < 8; i++) {
          await activateNew(store, `v${i}`);
          if (i > 1) await store.drop(unit, `v${i - 2}`);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        isOver = true;
        await Promise.all(readers);
      }
      assert.ok(seen.size > 1);
    },
  },
];
