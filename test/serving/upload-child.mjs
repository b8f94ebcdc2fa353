// Uploads what stands in a file, into a store: to be killed on the way.
import { readFileSync } from 'node:fs';
import { upload } from '@tessera/engine';
import { openStore } from '@tessera/kv-writer';

const [url, file] = process.argv.slice(2);
const { definition, ...options } = JSON.parse(readFileSync(file, 'utf8'));
const store = await openStore(url);
await upload(definition, { store, workers: 1, tiles: 'off', ...options });
await store.close();
