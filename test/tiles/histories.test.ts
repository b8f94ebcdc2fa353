import { rmSync } from 'node:fs';
import { dirname, join as joinPath } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { random } from '../oracle/prng.js';
import { DEFINITION_STEPS, drawDefinitions } from './history-definitions.js';
import { LAKE_STEPS, newLake } from './history-lake.js';
import { compare, type History, type Met, RUN_STEPS } from './history-runs.js';

/**
 * S8: a lake and its definitions change by the day, runs of all kinds come and go, tiles get lost; whatever happened, what is
 * published is what a run from scratch makes of rows alone.
 */

const long = process.env.TESSERA_LONG === '1';
/** The one of the short run reads every level. */
/** In the long run ten at a time, so that each ten is told of. */
const SEEDS = long
  ? Array.from({ length: 20 }, (_, ten) => Array.from({ length: 10 }, (_, at) => 10 * ten + at))
  : [[2]];
const STEPS = long ? 8 : 3;
const FRESH = Number(process.env.TESSERA_SEED ?? Math.floor(Math.random() * 1e6));

const met: Met = {
  histories: 0,
  runs: 0,
  compared: 0,
  tilesRead: 0,
  partitionsBuilt: 0,
  blocksBuilt: 0,
  slices: 0,
  interrupted: 0,
  killed: 0,
  steps: {},
  levels: {},
};

/** What differs after any of its steps; none when all is well. */
async function failuresOf(seed: number): Promise<string[]> {
  const r = random(seed);
  const lake = await newLake(r);
  const out = joinPath(dirname(lake.path), 'out');
  const history: History = { seed, lake, definitions: drawDefinitions(r), out, met, log: [] };
  try {
    for (let step = 0; step < STEPS; step++) {
      await change(history);
      const found = await compare(history);
      if (found.length > 0) return [`seed ${seed}`, ...history.log, ...found];
    }
    met.histories++;
    return [];
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    return [`seed ${seed}`, ...history.log, told];
  } finally {
    rmSync(dirname(lake.path), { recursive: true, force: true });
  }
}

/** One to three things happen, half of them to the lake. */
async function change(history: History): Promise<void> {
  const { r } = history.lake;
  for (let n = r.between(1, 3); n > 0; n--) {
    const kind = r.pick(['lake', 'lake', 'lake', 'definition', 'run', 'run'] as const);
    const [name, told] =
      kind === 'lake'
        ? await take(r.pick(entries(LAKE_STEPS)), history.lake)
        : kind === 'definition'
          ? await take(r.pick(entries(DEFINITION_STEPS)), history.definitions)
          : await take(r.pick(entries(RUN_STEPS)), history);
    history.log.push(`${name}: ${told}`);
    if (told !== null) met.steps[name] = (met.steps[name] ?? 0) + 1;
  }
}

type Step<Of> = readonly [string, (of: Of) => Promise<string | null> | string | null];

function entries<Of>(
  steps: Readonly<Record<string, (of: Of) => Promise<string | null> | string | null>>,
): Step<Of>[] {
  return Object.entries(steps);
}

async function take<Of>([name, run]: Step<Of>, of: Of): Promise<[string, string | null]> {
  return [name, await run(of)];
}

test.each(SEEDS.map((seeds) => [seeds[0]!, seeds] as const))(
  `S8: from scratch = after any history of ${STEPS} steps, from seed %i`,
  async (_, seeds) => {
    const failures: string[] = [];
    for (const seed of seeds) failures.push(...(await failuresOf(seed)));
    expect(failures.join('\n')).toBe('');
  },
);

test('levels were read, in a long run each of them', () => {
  // Every level was read, blocks of 64 days too; a few histories need not meet all.
  if (long) expect(Object.keys(met.levels).sort()).toEqual(['1d', '1h', '5m', '64d', '8d']);
  else expect(Object.keys(met.levels)).not.toEqual([]);
});

test(`a fresh history: ${FRESH}`, async () => {
  for (let seed = FRESH; seed < FRESH + (long ? 20 : 1); seed++)
    expect((await failuresOf(seed)).join('\n')).toBe('');
});

afterAll(() => {
  console.log(`histories: ${JSON.stringify(met)}`);
});
