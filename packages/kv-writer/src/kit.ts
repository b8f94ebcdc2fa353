export { storeContract } from './kit/contract.js';
export { load, metaOf, oddEntries, runsOf, sampleEntries, sampleKey } from './kit/entries.js';
export type { ContractStore, ContractTest } from './kit/test-type.js';
