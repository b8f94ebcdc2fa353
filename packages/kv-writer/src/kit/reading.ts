import assert from 'node:assert/strict';
import { isTesseraError } from '@tessera/api';
import { load, sampleEntries, sampleKey } from './entries.js';
import { type ContractCheck, refuses, textOf } from './test-type.js';

const unit = 'join.orders';

export const readingTests: readonly ContractCheck[] = [
  {
    name: 'of what was never uploaded there is nothing',
    async check({ store }) {
      assert.deepEqual(await store.units(), []);
      assert.deepEqual(await store.versions(unit), []);
      assert.equal(await store.current(unit), null);
      await refuses('NOT_UPLOADED', store.reader(unit));
      await refuses('NOT_UPLOADED', store.reader(unit, 'v1'));
      await refuses('NOT_UPLOADED', store.activate(unit, 'v1'));
      await refuses('NOTHING_TO_ROLL_BACK', store.rollback(unit));
      await store.drop(unit, 'v1');
      assert.deepEqual(await store.units(), []);
    },
  },
  {
    name: 'values come in the order of the keys, null where there is none',
    async check({ store }) {
      await load(store, unit, 'v1', sampleEntries('v1', 1000));
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      assert.deepEqual(await reader.multiGet([]), []);
      const asked = [7, 999, 5000, 7, 0].map(sampleKey);
      const found = (await reader.multiGet(asked)).map(
        (value) => textOf(value)?.trimEnd().split(' x')[0] ?? null,
      );
      assert.deepEqual(found, ['v1 7', 'v1 999', null, 'v1 7', 'v1 0']);
      const now = reader.multiGetNow?.(asked) ?? null;
      if (now !== null)
        assert.deepEqual(now.map(textOf), (await reader.multiGet(asked)).map(textOf));
      const all = await reader.multiGet(Array.from({ length: 10_000 }, (_, i) => sampleKey(i)));
      assert.equal(all.length, 10_000);
      for (const [i, value] of all.entries()) {
        if (i >= 1000) assert.equal(value, null);
        else assert.ok(textOf(value)?.startsWith(`v1 ${i} `));
      }
      const before = textOf(all[1]!);
      await reader.multiGet([2, 3, 4].map(sampleKey));
      assert.equal(textOf(all[1]!), before, 'values stay as they are when others are read');
      await reader.close();
      await reader.close();
      await refuses('STORE_UNAVAILABLE', reader.multiGet(asked));
      const { multiGetNow } = reader;
      if (multiGetNow !== undefined)
        await refuses('STORE_UNAVAILABLE', (async () => multiGetNow(asked))());
    },
  },
  {
    name: 'values of all sizes come back whole, in any company',
    async check({ store }) {
      const sizes = [1, 40_000, 0, 65_535, 65_536, 65_537, 7, 30_000, 100_000, 2];
      const entries = sizes.map((size, i) => ({
        key: sampleKey(i),
        value: Uint8Array.from({ length: size }, (_, at) => (at * 7 + i) & 127),
      }));
      await load(store, unit, 'v1', entries);
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      const order = [3, 4, 0, 5, 500, 1, 2, 1, 8, 7, 9, 6];
      const found = await reader.multiGet(order.map(sampleKey));
      for (const [at, i] of order.entries())
        assert.equal(textOf(found[at]), textOf(entries[i]?.value), `of ${sizes[i]} bytes`);
      await reader.close();
    },
  },
  {
    name: 'a reader keeps its version, or says that it is gone',
    async check({ store, again }) {
      await load(store, unit, 'v1', sampleEntries('v1', 300));
      await store.activate(unit, 'v1');
      const reader = await (await again()).reader(unit);
      const keys = [1, 2, 299].map(sampleKey);
      const first = await reader.multiGet(keys);
      for (let i = 2; i < 12; i++) {
        await load(store, unit, `v${i}`, sampleEntries(`v${i}`, 300));
        await store.activate(unit, `v${i}`);
        if (i > 2) await store.drop(unit, `v${i - 2}`);
        try {
          assert.deepEqual(await reader.multiGet(keys), first);
        } catch (error) {
          if (!isTesseraError(error)) throw error;
          assert.equal(error.code, 'STORE_VERSION_GONE');
          assert.ok(i > 2, 'the previous version is still there');
        }
      }
      await reader.close();
    },
  },
  {
    name: 'reading ends when it is told to',
    async check({ store }) {
      await load(store, unit, 'v1', sampleEntries('v1', 10));
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      const signal = AbortSignal.abort(new Error('told to'));
      await assert.rejects(reader.multiGet([sampleKey(1)], { signal }), /told to/);
      assert.equal((await reader.multiGet([sampleKey(1)])).length, 1);
      await reader.close();
    },
  },
  {
    name: 'units do not see each other, whatever they are called',
    async check({ store }) {
      const units = ['join.a', 'join.a.b', 'group_by.a', 'a:b', 'ä €/\\..', '..', '{x}*?[y]', ' '];
      for (const [i, one] of units.entries()) {
        await load(store, one, 'v1', sampleEntries(one, 20 + i));
        await store.activate(one, 'v1');
      }
      assert.deepEqual(await store.units(), [...units].sort());
      await load(store, 'join.a', 'v2', sampleEntries('other', 5));
      await store.activate('join.a', 'v2');
      await load(store, 'join.a', 'v3', sampleEntries('other', 5));
      await store.activate('join.a', 'v3');
      await store.drop('join.a', 'v1');
      for (const [i, one] of units.entries()) {
        const reader = await store.reader(one);
        const name = one === 'join.a' ? 'other' : one;
        assert.ok(textOf((await reader.multiGet([sampleKey(2)]))[0])?.startsWith(`${name} 2 `));
        const [last, none] = await reader.multiGet([19 + i, 20 + i].map(sampleKey));
        assert.equal(last === null, one === 'join.a');
        assert.equal(none, null);
        await reader.close();
      }
    },
  },
];
