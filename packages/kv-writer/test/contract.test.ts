import { storeContract } from '@tessera/kv-writer/kit';
import { describe, test } from 'vitest';
import { everyPlace } from './stores.js';

for (const [name, make] of Object.entries(await everyPlace())) {
  describe(name, () => {
    for (const one of storeContract(make)) test(one.name, one.run);
  });
}
