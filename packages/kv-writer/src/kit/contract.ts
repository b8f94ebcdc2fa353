import { loadingTests } from './loading.js';
import { readingTests } from './reading.js';
import { switchingTests } from './switching.js';
import type { ContractStore, ContractTest } from './test-type.js';

/**
 * What every store must do, as tests that any runner can run: each throws where the store does not.
 *
 *   for (const { name, run } of storeContract(makeStore)) test(name, run);
 *
 * @param make a store that nothing was uploaded to, for each test anew
 */
export function storeContract(make: () => Promise<ContractStore>): readonly ContractTest[] {
  return [...loadingTests, ...readingTests, ...switchingTests].map(({ name, check }) => ({
    name,
    async run() {
      const made = await make();
      try {
        await check(made);
      } finally {
        await made.done();
      }
    },
  }));
}
