// A process that sees a store and nothing else: answers requests, a batch at a time, and prints the rows as bytes.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { createFetcher } from '@tessera/fetcher';
import { openStore } from '@tessera/kv-writer';

const [url, asked] = process.argv.slice(2);
const { definition, requests, batch } = deserialize(readFileSync(asked));
const store = await openStore(url);
const fetcher = createFetcher({ store, definitions: [definition] });
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
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  process.stdout.write(length);
  // Whoever compares is waited for.
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
await fetcher.close();
await store.close();
