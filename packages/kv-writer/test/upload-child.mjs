import { loadVersion, openStore } from '@tessera/kv-writer';
import { runsOf, sampleEntries } from '@tessera/kv-writer/kit';

const [url, tag, hold, unit, count, run] = process.argv.slice(2);
const store = await openStore(url);
const all = runsOf(sampleEntries(tag, Number(count)), Number(run));

/** As they are, or those before the second and then nothing for ever. */
async function* runs(after) {
  let given = 0;
  for await (const one of all(after)) {
    if (hold === 'hold' && given++ === 1) {
      console.log('holding');
      setInterval(() => {}, 1000);
      await new Promise(() => {});
    }
    yield one;
  }
}

const { outcome, resumedEntries } = await loadVersion(store, {
  unit,
  asOfMs: 1_740_787_200_000,
  served: { tag },
  inputHash: tag,
  runs,
});
console.log(JSON.stringify({ outcome, resumedEntries }));
await store.close();
