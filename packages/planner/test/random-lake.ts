import {
  DAY_MS,
  definitionHash,
  formatDay,
  HOUR_MS,
  type JoinSpec,
  type PartSpec,
  parseDay,
  type SourceSpec,
} from '@tessera/api';
import fc from 'fast-check';
import type { FileFacts, LakeFacts, LeftPartitionFacts } from '../src/facts.js';

const FIRST_DAY = parseDay('2024-01-01')!;
const DAYS = 12;

const columns = [
  { name: 'k', type: { kind: 'string' }, nullable: true },
  { name: 'v', type: { kind: 'double' }, nullable: true },
  { name: 'ts', type: { kind: 'timestamp' }, nullable: true },
] as const;

interface Shape {
  readonly spec: SourceSpec;
  readonly hive: boolean;
}

const common = { format: 'parquet', columns, time: 'ts' } as const;
const events = (name: string) => ({ ...common, kind: 'events', name, path: name }) as const;
const dumps = (name: string) => ({ ...events(name), kind: 'entities', keys: ['k'] }) as const;

const SHAPES: readonly Shape[] = [
  { spec: events('left'), hive: true },
  { spec: events('clicks'), hive: true },
  { spec: events('plain'), hive: false },
  { spec: { ...events('once'), eventId: 'k' }, hive: true },
  { spec: { ...events('plain_once'), eventId: 'k' }, hive: false },
  { spec: dumps('profiles'), hive: true },
  { spec: { ...dumps('countries'), static: true }, hive: false },
  // The files of clicks again.
  { spec: { ...events('clicks'), name: 'more_clicks', tieBreaker: 'k' }, hive: true },
];

const day = fc.integer({ min: 0, max: DAYS - 1 });
const label = (days: number) => formatDay(FIRST_DAY + days);
const ms = (days: number, hours: number) => (FIRST_DAY + days) * DAY_MS + hours * HOUR_MS;

/** Sometimes at rest, sometimes without statistics, empty, or of times far from its day. */
const oneFile = fc.record({
  day: fc.oneof({ weight: 12, arbitrary: day }, { weight: 1, arbitrary: fc.constant(null) }),
  name: fc.constantFrom('a', 'b', 'c-1', 'c', 'd/é', 'd.x'),
  rows: fc.constantFrom(0, 1, 5, 5, 5),
  from: fc.integer({ min: -30, max: 24 }),
  hours: fc.constantFrom(0, 1, 23, 23, 60, 200),
  knows: fc.constantFrom('both', 'both', 'both', 'both', 'first', 'last', 'nothing'),
  content: fc.boolean(),
  stat: fc.boolean(),
});

type Drawn = Parameters<Parameters<typeof oneFile.map>[0]>[0];

function fileOf({ spec, hive }: Shape, drawn: Drawn, at: number): FileFacts {
  const ds = hive ? (drawn.day === null ? '__none__' : label(drawn.day)) : null;
  const path = `${spec.path}/${ds === null ? '' : `ds=${ds}/`}${drawn.name}${hive ? '' : at}`;
  const first = ms(drawn.day ?? 0, drawn.from);
  const isTimed = spec.kind === 'events';
  return {
    path,
    ds,
    bytes: 1,
    rows: drawn.rows,
    minTimeMs: isTimed && /both|first/.test(drawn.knows) ? first : null,
    maxTimeMs: isTimed && /both|last/.test(drawn.knows) ? first + drawn.hours * HOUR_MS : null,
    fingerprint: `of ${path}`,
    content: drawn.content ? `all of ${path}` : null,
    stat: drawn.stat ? `times of ${path}` : null,
  };
}

/** In scan order: by partition, then by name. */
function filesOf(shape: Shape, drawn: readonly Drawn[]): FileFacts[] {
  const files = new Map(
    drawn.map((one, at) => fileOf(shape, one, at)).map((file) => [file.path, file]),
  );
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...files.values()].sort((a, b) => order(a.ds ?? '', b.ds ?? '') || order(a.path, b.path));
}

const tail = fc.constantFrom('sawtooth', 'exact');
const window = fc.constantFrom('5m', '1h', '7h', '13h', '2d', '5d', '12d', '13d', null);

function partOf(spec: SourceSpec): fc.Arbitrary<PartSpec> {
  return fc
    .record({
      lagDays: fc.constantFrom(0, 0, 0, 1, 3),
      accuracy: fc.constantFrom('temporal', 'temporal', 'snapshot'),
      isInclusive: fc.boolean(),
      tail,
      aggregations: fc.array(
        fc.record({
          windows: fc.array(window, { minLength: 1, maxLength: 3 }),
          tail: fc.option(tail),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    })
    .map(({ lagDays, isInclusive, aggregations, ...one }): PartSpec => {
      const isSnapshot = spec.kind === 'entities' || one.accuracy === 'snapshot';
      return {
        groupBy: {
          kind: 'groupBy',
          name: 'g',
          source: spec,
          keys: ['k'],
          aggregations: aggregations.map(({ windows, tail: own }) => ({
            operation: 'SUM',
            input: 'v',
            windows,
            ...(own !== null && { tail: own }),
          })),
          accuracy: isSnapshot ? 'snapshot' : 'temporal',
          tail: one.tail,
          empty: 'zero',
          online: false,
        },
        keys: [{ left: 'k', right: 'k' }],
        lagMs: lagDays * DAY_MS,
        at: isInclusive && !isSnapshot ? 'inclusive' : 'strict',
        missing: 'null',
      };
    });
}

const partition = fc.record({
  rows: fc.constantFrom(0, 3, 3),
  kind: fc.constantFrom('timed', 'timed', 'timed', 'unknown', 'timeless'),
  from: fc.integer({ min: -5, max: 23 }),
  hours: fc.integer({ min: 0, max: 40 }),
});

export interface RandomLake {
  readonly join: JoinSpec;
  readonly facts: LakeFacts;
}

/** A join over sources of every shape, and files of every kind. */
export const randomLake: fc.Arbitrary<RandomLake> = fc
  .record({
    parts: fc.array(
      fc.constantFrom(...SHAPES).chain(({ spec }) => partOf(spec)),
      { minLength: 1, maxLength: 6 },
    ),
    files: fc.tuple(...SHAPES.map(() => fc.array(oneFile, { maxLength: 25 }))),
    partitions: fc.array(fc.tuple(day, partition), { minLength: 1, maxLength: 8 }),
  })
  .map(({ parts, files, partitions }) => {
    const join: JoinSpec = { kind: 'join', name: 'j', left: SHAPES[0]!.spec, parts };
    const drawn = new Map(SHAPES.map(({ spec }, at) => [spec.path, files[at]!]));
    const sources = SHAPES.map((shape) => {
      const own = filesOf(shape, drawn.get(shape.spec.path)!);
      return [definitionHash(shape.spec), { hive: shape.hive, files: own }] as const;
    });
    const leftFiles = sources[0]![1].files;
    const left = [...new Map(partitions)].map(([days, one]): LeftPartitionFacts => {
      const ds = label(days);
      const fileIdx = leftFiles.flatMap((file, idx) => (file.ds === ds ? [idx] : []));
      const at = ms(days, one.from);
      const isTimed = one.kind === 'timed';
      return {
        ds,
        fileIdx,
        rows: one.rows,
        minQueryMs: isTimed ? at : null,
        maxQueryMs: isTimed ? at + one.hours * HOUR_MS : null,
        ...(one.kind === 'timeless' && { timeless: true }),
      };
    });
    const byDay = left.sort((a, b) => (a.ds < b.ds ? -1 : 1));
    return { join, facts: { sources: Object.fromEntries(sources), left: byDay, published: null } };
  });
