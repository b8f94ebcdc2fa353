import { BENCHMARKS } from '../benchmarks.js';
import type { Contender, Family } from '../contender.js';

/** All who take part somewhere, by name; a name has one title. */
const CONTENDERS: ReadonlyMap<string, Contender> = new Map(
  BENCHMARKS.flatMap((one) =>
    one.kind === 'contest'
      ? [...one.baselines, ...one.peers, ...one.checks, ...(one.variants ?? [])]
      : [],
  ).map((contender) => [contender.name, contender]),
);

/** As printed; of our own in a budget (`tessera_512mb`) made from the name. */
export function titleOf(name: string): string {
  const found = CONTENDERS.get(name);
  if (found !== undefined) return found.title;
  if (name === 'tessera') return 'Tessera';
  if (name === 'tessera_one_worker') return 'Tessera, 1 worker';
  const budget = /^tessera_(\d+)([a-z]+)$/.exec(name);
  return budget === null ? name : `Tessera in ${budget[1]} ${budget[2]?.toUpperCase()}`;
}

/** What it is made with; null = it is ours. */
export function familyOf(name: string): Family | null {
  return CONTENDERS.get(name)?.family ?? null;
}
