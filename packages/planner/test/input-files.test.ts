import { computedColumns } from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputFile, PublishedFacts } from '../src/facts.js';
import type { PhysicalPlan } from '../src/plan.js';
import { planJoin } from '../src/plan-join.js';
import { asks, queryRange } from '../src/query-range.js';
import { mergeRuns, positionsOf, type Run } from '../src/runs.js';
import { inputFiles, partFiles, reasonOfInputs } from './naive-inputs.js';
import { type RandomLake, randomLake } from './random-lake.js';

const RUNS = process.env.TESSERA_LONG === '1' ? 20_000 : 400;

function plan({ join, facts }: RandomLake, published: PublishedFacts | null = null): PhysicalPlan {
  const options = { buckets: 1, workers: 1 };
  return planJoin(join, computedColumns(join), { ...facts, published }, options);
}

test('a partition’s inputs are those that looking at every file finds', () => {
  fc.assert(
    fc.property(randomLake, (lake) => {
      const { files, partitions } = plan(lake);
      for (const [idx, { inputs }] of partitions.entries()) {
        const gaps = inputs.slice(1).map(([first], at) => first - inputs[at]![0] - inputs[at]![1]);
        expect(gaps.filter((gap) => gap < 1)).toEqual([]);
        const found = positionsOf(inputs).map((at) => files[at]);
        expect(found).toEqual(inputFiles(lake.join, lake.facts, lake.facts.left[idx]!));
      }
    }),
    { numRuns: RUNS },
  );
});

test('a scan reads the files that any of its parts may read for any partition', () => {
  fc.assert(
    fc.property(randomLake, ({ join, facts }) => {
      const { minMs, maxMs } = queryRange(facts.left);
      for (const { sourceId, parts, fileIdx } of plan({ join, facts }).scans) {
        const read = parts.flatMap((at) =>
          partFiles(join.parts[at]!, facts.sources[sourceId]!, minMs, maxMs),
        );
        const sorted = [...new Set(read)].sort((a, b) => a - b);
        expect(fileIdx).toEqual(facts.left.some(asks) ? sorted : []);
      }
    }),
    { numRuns: RUNS },
  );
});

/** What has become of a file since it was read, or that it was read and is not any more. */
const fates = fc.array(
  fc.constantFrom('same', 'same', 'same', 'same', 'touched', 'edited', 'gone', 'new', 'unread'),
  { minLength: 1, maxLength: 40 },
);

test('a partition is stale for the reason that comparing all of its inputs gives', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(randomLake, fates, fc.array(fc.boolean(), { minLength: 1 }), (lake, fate, even) => {
      const now = plan(lake);
      let drawn = 0;
      const before = now.partitions.map(({ ds, inputs }, idx) => {
        const all = positionsOf(inputs).map((at) => now.files[at]!);
        const isEven = even[idx % even.length]!;
        const old = all.flatMap((file) =>
          was(file, isEven ? 'same' : fate[drawn++ % fate.length]!),
        );
        const unread = now.files.filter(() => !isEven && fate[drawn++ % fate.length] === 'unread');
        const more = unread.filter(({ path }) => !old.some((file) => file.path === path));
        return { ds, files: [...old, ...more].sort((a, b) => (a.path < b.path ? -1 : 1)) };
      });
      const published = publishedOf(now, before);
      for (const [idx, { ds, inputs, reason }] of plan(lake, published).partitions.entries()) {
        const files = positionsOf(inputs).map((at) => now.files[at]!);
        expect([ds, reason]).toEqual([ds, reasonOfInputs(before[idx]!.files, files)]);
        seen.add(reason?.split(':')[0] ?? 'none');
      }
    }),
    { numRuns: RUNS },
  );
  expect([...seen].sort()).toEqual(['input added', 'input changed', 'input removed', 'none']);
});

function was(file: InputFile, fate: string): InputFile[] {
  switch (fate) {
    case 'touched':
      return [{ ...file, stat: 'earlier' }];
    case 'edited':
      return [{ ...file, fingerprint: 'another', content: null, stat: 'earlier' }];
    case 'gone':
      return [file, { ...file, path: `${file.path}-gone` }, { ...file, path: `a/${file.path}` }];
    case 'new':
      return [];
    default:
      return [file];
  }
}

/** Files once each, in order, as a manifest has them: some under one path are of several times. */
function publishedOf(
  { definitionHash }: PhysicalPlan,
  partitions: readonly { readonly ds: string; readonly files: readonly InputFile[] }[],
): PublishedFacts {
  const keyOf = ({ path, fingerprint, content, stat }: InputFile) =>
    [path, fingerprint, content, stat].join('\n');
  const files = new Map(partitions.flatMap((one) => one.files).map((file) => [keyOf(file), file]));
  const keys = [...files.keys()].sort();
  const runsOf = (own: readonly InputFile[]) =>
    mergeRuns(own.map((file): Run => [keys.indexOf(keyOf(file)), 1]));
  return {
    definitionHash,
    semantics: 1,
    files: keys.map((key) => files.get(key)!),
    partitions: Object.fromEntries(
      partitions.map((one) => [one.ds, { strict: false, files: runsOf(one.files), lost: false }]),
    ),
  };
}
