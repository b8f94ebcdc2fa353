import type { Case } from './case.js';

/** A process of ours loads the definitions of its own case alone. */
const CASES: Readonly<Record<string, () => Promise<Case>>> = {
  standard: async () => (await import('./cases/standard.js')).standardCase,
  asof: async () => (await import('./cases/asof.js')).asofCase,
  strings: async () => (await import('./cases/strings.js')).stringsCase,
  wide: async () => (await import('./cases/wide.js')).wideCase,
  standard_typed: async () => (await import('./cases/standard-typed.js')).standardTypedCase,
};

export async function loadCase(name: string): Promise<Case> {
  const load = CASES[name];
  if (load === undefined) throw new Error(`no case ${name}`);
  return load();
}
