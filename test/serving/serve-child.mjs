// A process that sees a store and nothing else: answers requests, a batch at a time, and leaves the rows in a file.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { createFetcher } from '@tessera/fetcher';
import { openStore } from '@tessera/kv-writer';

const [url, asked, answers] = process.argv.slice(2);
const { definition, requests, batch } = deserialize(readFileSync(asked));
const store = await openStore(url);
const fetcher = createFetcher({ store, definitions: [definition] });
const file = openSync(answers, 'w');
const length = Buffer.alloc(4);
let names = null;
for (let at = 0; at < requests.length; at += batch) {
  const some = await fetcher.fetchMany(definition, requests.slice(at, at + batch));
  // Every row has the same columns, in the same order: the first batch says which.
  const own = names === null ? Object.keys(some[0].row) : null;
  names ??= own;
  const bytes = serialize({
    names: own,
    answers: some.map(({ row, parts }) => ({
      values: names.map((name) => row[name]),
      wrong: parts
        .filter(({ status }) => status !== 'ok')
        .map(({ part, status, error }) => `${part} ${status} ${error?.message}`),
    })),
  });
  length.writeUInt32LE(bytes.length);
  writeSync(file, length);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
closeSync(file);
await fetcher.close();
await store.close();
