import assert from 'node:assert/strict';
import type { Runs } from '../store/runs.js';
import { load, metaOf, oddEntries, runsOf, sampleEntries, sampleKey } from './entries.js';
import { type ContractCheck, refuses, textOf } from './test-type.js';

const unit = 'join.orders';

/** Runs that end with an error behind the second. */
function failing(runs: Runs): Runs {
  return async function* (after) {
    let count = 0;
    for await (const run of runs(after)) {
      if (count++ === 2) throw new Error('the source ends');
      yield run;
    }
  };
}

export const loadingTests: readonly ContractCheck[] = [
  {
    name: 'a version is there when it is finished, and not read before it is activated',
    async check({ store }) {
      const entries = sampleEntries('v1', 250);
      const progress: number[] = [];
      const loaded = await store.bulkLoad(unit, 'v1', runsOf(entries), {
        identity: 'one',
        onProgress: ({ entries: written }) => progress.push(written),
      });
      const meta = metaOf(unit, 'v1', entries, { identity: 'one' });
      const { bytes, checksum } = meta;
      assert.deepEqual(loaded, { entries: 250, bytes, checksum, resumedEntries: 0 });
      assert.deepEqual(progress, [100, 200, 250]);
      const [loading] = await store.versions(unit);
      assert.equal(loading?.state, 'loading');
      assert.equal(loading.identity, 'one');
      assert.equal(loading.meta, null);
      await refuses('NOT_UPLOADED', store.reader(unit, 'v1'));
      await refuses('NOT_UPLOADED', store.activate(unit, 'v1'));
      await store.finish(unit, 'v1', meta);
      assert.equal(await store.current(unit), null);
      await refuses('NOT_UPLOADED', store.reader(unit));
      const [version] = await store.versions(unit);
      assert.deepEqual(
        { ...version, startedMs: 0 },
        {
          version: 'v1',
          state: 'loaded',
          isCurrent: false,
          isPrevious: false,
          startedMs: 0,
          identity: 'one',
          meta,
        },
      );
      assert.ok(Math.abs(version!.startedMs - Date.now()) < 600_000);
      await store.check(unit, 'v1');
      await refuses('NOT_UPLOADED', store.check(unit, 'v2'));
      const reader = await store.reader(unit, 'v1');
      assert.deepEqual(reader.meta, meta);
      await reader.close();
    },
  },
  {
    name: 'keys and values of every kind come back as they were',
    async check({ store }) {
      const entries = oddEntries();
      await load(store, unit, 'v1', entries);
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      const values = await reader.multiGet(entries.map(({ key }) => key));
      for (const [i, { key, value }] of entries.entries()) {
        const found = values[i];
        const what = `value of ${Buffer.from(key.subarray(0, 20)).toString('hex')}`;
        assert.ok(found, what);
        assert.equal(Buffer.compare(found, value), 0, what);
      }
      // Neighbours of what there is.
      const absent = [
        Buffer.alloc(1026, 7),
        Buffer.from('kk'),
        Buffer.from(`${'k'.repeat(3000)}d`),
      ];
      assert.deepEqual(await reader.multiGet(absent), [null, null, null]);
      await reader.close();
    },
  },
  {
    name: 'a version without entries is a version',
    async check({ store }) {
      await load(store, unit, 'v1', []);
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      assert.deepEqual(await reader.multiGet([sampleKey(1)]), [null]);
      await reader.close();
    },
  },
  {
    name: 'what is stored is compared with what was written',
    async check({ store }) {
      const entries = sampleEntries('v1', 120);
      await store.bulkLoad(unit, 'v1', runsOf(entries), { identity: 'one' });
      const other = [...entries.slice(0, -1), { key: sampleKey(119), value: Buffer.from('other') }];
      for (const wrong of [entries.slice(1), other]) {
        await refuses('UPLOAD_NOT_VERIFIED', store.finish(unit, 'v1', metaOf(unit, 'v1', wrong)));
      }
      const swapped = entries.map(({ key }, i) => ({ key, value: entries[i ^ 1]!.value }));
      const { checksum, bytes } = metaOf(unit, 'v1', swapped);
      assert.equal(bytes, metaOf(unit, 'v1', entries).bytes);
      assert.notEqual(checksum, metaOf(unit, 'v1', entries).checksum);
      await refuses('UPLOAD_NOT_VERIFIED', store.finish(unit, 'v1', metaOf(unit, 'v1', swapped)));
      assert.equal((await store.versions(unit))[0]?.state, 'loading');
      await store.finish(unit, 'v1', metaOf(unit, 'v1', entries));
    },
  },
  {
    name: 'keys that do not ascend are refused',
    async check({ store }) {
      const [a, b] = sampleEntries('v1', 2);
      for (const run of [
        [b!, a!],
        [a!, a!],
      ]) {
        const runs = async function* () {
          yield run;
        };
        await refuses('INTERNAL', store.bulkLoad(unit, 'v1', runs, { identity: 'one' }));
      }
      const across = async function* () {
        yield [b!];
        yield [a!];
      };
      await refuses('INTERNAL', store.bulkLoad(unit, 'v1', across, { identity: 'two' }));
    },
  },
  {
    name: 'a load that broke off goes on behind its last run, to the same result',
    async check({ store, again }) {
      const entries = sampleEntries('v1', 1000);
      const begun = store.bulkLoad(unit, 'v1', failing(runsOf(entries)), { identity: 'one' });
      await assert.rejects(begun, /the source ends/);
      const other = await again();
      const asked: (string | null)[] = [];
      const runs: Runs = (after) => {
        asked.push(after && Buffer.from(after).toString('hex'));
        return runsOf(entries)(after);
      };
      const loaded = await other.bulkLoad(unit, 'v1', runs, { identity: 'one' });
      assert.deepEqual(asked, [Buffer.from(sampleKey(199)).toString('hex')]);
      const { bytes, checksum } = metaOf(unit, 'v1', entries);
      assert.deepEqual(loaded, { entries: 1000, bytes, checksum, resumedEntries: 200 });
      await other.finish(unit, 'v1', metaOf(unit, 'v1', entries));
    },
  },
  {
    name: 'a source that begins at the beginning again is passed over as far as it was loaded',
    async check({ store }) {
      const entries = sampleEntries('v1', 1000);
      const begun = store.bulkLoad(unit, 'v1', failing(runsOf(entries)), { identity: 'one' });
      await assert.rejects(begun, /the source ends/);
      const fromStart: Runs = () => runsOf(entries, 130)(null);
      const loaded = await store.bulkLoad(unit, 'v1', fromStart, { identity: 'one' });
      assert.equal(loaded.resumedEntries, 200);
      await store.finish(unit, 'v1', metaOf(unit, 'v1', entries));
    },
  },
  {
    name: 'what was loaded of another identity is not gone on with',
    async check({ store }) {
      const before = sampleEntries('before', 1000);
      const begun = store.bulkLoad(unit, 'v1', failing(runsOf(before)), { identity: 'one' });
      await assert.rejects(begun, /the source ends/);
      const entries = sampleEntries('after', 150).slice(50);
      const loaded = await store.bulkLoad(unit, 'v1', runsOf(entries), { identity: 'two' });
      assert.equal(loaded.resumedEntries, 0);
      await store.finish(unit, 'v1', metaOf(unit, 'v1', entries));
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      const [none, one] = await reader.multiGet([sampleKey(3), sampleKey(60)]);
      assert.equal(none, null);
      assert.match(textOf(one) ?? '', /^after 60/);
      await reader.close();
    },
  },
  {
    name: 'a loaded version is not loaded over',
    async check({ store }) {
      const entries = sampleEntries('v1', 10);
      await load(store, unit, 'v1', entries);
      const over = store.bulkLoad(unit, 'v1', runsOf(entries), { identity: 'v1' });
      await refuses('VERSION_IN_USE', over);
    },
  },
  {
    name: 'a load ends when it is told to, and can be gone on with',
    async check({ store }) {
      const entries = sampleEntries('v1', 1000);
      const stop = new AbortController();
      const begun = store.bulkLoad(unit, 'v1', runsOf(entries), {
        identity: 'one',
        signal: stop.signal,
        onProgress: ({ entries: written }) => {
          if (written >= 300) stop.abort(new Error('told to'));
        },
      });
      await assert.rejects(begun, /told to/);
      const loaded = await store.bulkLoad(unit, 'v1', runsOf(entries), { identity: 'one' });
      assert.equal(loaded.resumedEntries, 300);
      await store.finish(unit, 'v1', metaOf(unit, 'v1', entries));
    },
  },
  {
    name: 'entries are put into a loaded version',
    async check({ store, again }) {
      await load(store, unit, 'v1', sampleEntries('v1', 10));
      await store.activate(unit, 'v1');
      const reader = await store.reader(unit);
      const changed = [
        { key: sampleKey(3), value: Buffer.from('changed') },
        { key: sampleKey(300), value: Buffer.from('added') },
      ];
      await store.put(unit, 'v1', changed);
      const keys = [sampleKey(3), sampleKey(300), sampleKey(4)];
      const other = await (await again()).reader(unit);
      for (const one of [reader, other]) {
        // A reader may see it a moment later.
        await new Promise((resolve) => setTimeout(resolve, 5));
        const found = await one.multiGet(keys);
        assert.deepEqual(found.map(textOf), ['changed', 'added', 'v1 4 xxxx']);
        await one.close();
      }
      await refuses('NOT_UPLOADED', store.put(unit, 'v2', changed));
      await store.check(unit, 'v1');
    },
  },
];
