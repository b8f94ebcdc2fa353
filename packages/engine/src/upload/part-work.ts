import { kindOf } from '@tessera/algebra';
import {
  DAY_MS,
  dayOf,
  definitionHash,
  formatDay,
  formatType,
  parseDay,
  partColumns,
  TesseraError,
} from '@tessera/api';
import {
  queryInstant,
  SERVED_FORMAT,
  SERVED_MS,
  type ServedDays,
  type ServedPart,
  type ServedState,
  VALUE_FORMAT,
} from '@tessera/kv-writer';
import type { Relation } from '@tessera/lake';
import type { ScanPlan } from '@tessera/planner';
import type { StateFamily, TileScan } from '@tessera/tiling';
import { NOT_BY_DAY } from '../left-partitions.js';
import { cutFiles } from '../stages/scatter-tasks.js';
import { sum } from '../sum.js';
import { tileInput } from '../tiles/tile-input.js';
import { daysRead, lastInstantOf } from './part-subject.js';
import type { PlannedPart } from './plan-part.js';
import { fingerprintOf, partStates } from './served-states.js';

type Scan = Omit<ScanPlan, 'fileIdx' | 'tiles'>;

/** What the entries of one part are made of; of entities those of one partition. */
export interface PartReads {
  readonly day: number | null;
  readonly scan: Scan;
  readonly relation: Relation;
  /** Rows of the files, by their footers; and tiles, which stand for more of them. */
  readonly rows: number;
  readonly tiles: readonly TileScan[];
  readonly tileRows: number;
  /** The same files, for tasks of about `size` rows. */
  readonly cut: (size: number) => readonly { readonly relation: Relation; readonly rows: number }[];
}

/** What is uploaded of a part, and from what. */
export interface PartWork {
  readonly spec: ServedPart;
  readonly reads: readonly PartReads[];
  /** Of what is served by states: families by state, in their order. */
  readonly families: readonly (readonly StateFamily[])[];
}

/**
 * @param planned with tiles that are there
 *
 * Throws   MISSING_SNAPSHOT where requests would read entities of a day that has no partition
 */
export function partWork(planned: PlannedPart, asOfMs: number, workers: number): PartWork {
  const { idx, part, timing } = planned;
  const { groupBy } = part;
  const isEntities = groupBy.source.kind === 'entities';
  const types = new Map(groupBy.source.columns.map(({ name, type }) => [name, type]));
  const base = {
    part: idx,
    groupBy: groupBy.name,
    keys: part.keys.map(({ right }) => {
      const type = types.get(right);
      if (type === undefined)
        throw new TesseraError('INTERNAL', { reason: `${groupBy.name} lost its key ${right}` });
      return { column: right, type: formatType(type), kind: kindOf(type) };
    }),
    ...timing,
    firstMs: asOfMs - part.lagMs,
    lastMs: asOfMs - part.lagMs + SERVED_MS,
    days: null,
  };
  const when = isEntities ? whenOfEntities(planned, base, asOfMs) : base;
  const sealed = <P extends Omit<ServedPart, 'fingerprint'>>(spec: P) => ({
    ...spec,
    fingerprint: fingerprintOf({ ...spec, format: [SERVED_FORMAT, VALUE_FORMAT] }),
  });
  if (groupBy.aggregations.length === 0) {
    const columns = partColumns(part, idx).map(({ input, hash, type }) => ({
      name: input ?? '',
      hash,
      type: formatType(type),
    }));
    return {
      spec: sealed({ ...when, holds: 'rows' as const, columns }),
      reads: entityReads(planned, when.days),
      families: [],
    };
  }
  const [scan] = planned.tiled.plan.scans;
  if (scan === undefined)
    throw new TesseraError('INTERNAL', { reason: `${groupBy.name} plans no scan` });
  const { axes, states } = partStates(part, idx, scan, planned.tiled.plan.features);
  const lastInstantMs = queryInstant(timing, when.lastMs + part.lagMs);
  // A static table is all there is, whenever it is read (S1.6); of other entities `axisOf` knows the end of each partition.
  const knownMs = groupBy.source.static === true ? lastInstantMs : Math.min(asOfMs, lastInstantMs);
  const spec = sealed({
    ...{ ...when, holds: 'states' as const, knownMs, axes },
    states: states.map(({ families: _, ...state }): ServedState => state),
  });
  return {
    spec,
    reads: isEntities
      ? entityReads(planned, when.days)
      : [eventReads(planned, scan, spec.knownMs, workers)],
    families: states.map(({ families }) => families),
  };
}

function eventReads(
  { gathered, tiled, sets }: PlannedPart,
  scan: ScanPlan,
  knownMs: number,
  workers: number,
): PartReads {
  const endMs = Math.min(scan.endMs ?? knownMs, knownMs);
  const { fileIdx, tiles: _, ...rest } = scan;
  const scans = tileInput(tiled.plan, tiled.states, sets, workers)[scan.id]?.scans ?? [];
  return {
    day: null,
    scan: { ...rest, endMs, byPartition: false },
    ...filesOf(gathered, scan, fileIdx),
    tiles: scans.map((one) => ({ ...one, endMs })),
    tileRows: sum(scans.flatMap(({ places }) => places.map(({ rows }) => rows))),
  };
}

function filesOf(
  gathered: PlannedPart['gathered'],
  { source, sourceId }: ScanPlan,
  fileIdx: readonly number[],
): Pick<PartReads, 'relation' | 'rows' | 'cut'> {
  const facts = gathered.facts.sources[sourceId] ?? { hive: false, files: [] };
  const of = (own: readonly number[]) => ({
    relation: gathered.relation(sourceId, own),
    rows: sum(own.map((at) => facts.files[at]!.rows)),
  });
  return {
    ...of(fileIdx),
    cut: (size) => cutFiles({ source, fileIdx }, facts, () => size).map(of),
  };
}

interface When {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly days: ServedDays | null;
}

/** Which partitions are held, and up to which instant they answer: that of a day is known once the day is over (S3.2). */
function whenOfEntities<B extends When>(planned: PlannedPart, base: B, asOfMs: number): B {
  const { part } = planned;
  const { source } = part.groupBy;
  if (source.static === true) return base;
  const have = daysOf(planned);
  const { first, last } = daysRead(base);
  const known = Math.min(last, dayOf(asOfMs) - 1);
  const wanted = Array.from({ length: Math.max(0, known - first + 1) }, (_, at) => first + at);
  const present = wanted.filter((day) => have.has(day));
  const missing = wanted.filter((day) => !have.has(day));
  // A later day's dump may be late; what comes before another, or first of all, is missing.
  const latest = present.at(-1) ?? Number.NEGATIVE_INFINITY;
  const gaps = missing.filter((day) => day < latest || day === first);
  if (part.missing === 'error' && gaps.length > 0) {
    const days = gaps.map(formatDay);
    throw new TesseraError(
      'MISSING_SNAPSHOT',
      { source: source.name, days, part: part.groupBy.name },
      have.size === 0 ? { hint: NOT_BY_DAY } : {},
    );
  }
  const answered = part.missing === 'null' ? known : latest;
  return {
    ...base,
    lastMs: Math.min(base.lastMs, lastInstantOf(answered)),
    days: { present, missing: part.missing },
  };
}

function daysOf({ gathered, part }: PlannedPart): ReadonlySet<number> {
  const labels = gathered.presentDays(definitionHash(part.groupBy.source));
  return new Set([...labels].flatMap((ds) => (ds === null ? [] : (parseDay(ds) ?? []))));
}

function entityReads(planned: PlannedPart, days: ServedDays | null): PartReads[] {
  const { gathered, tiled, part } = planned;
  const [scan] = tiled.plan.scans;
  if (scan === undefined)
    throw new TesseraError('INTERNAL', { reason: `${part.groupBy.name} plans no scan` });
  const files = gathered.facts.sources[scan.sourceId]?.files ?? [];
  const readOf = (day: number | null): PartReads => {
    const ds = day === null ? null : formatDay(day);
    const fileIdx = [...files.keys()].filter((at) => ds === null || files[at]!.ds === ds);
    const { fileIdx: _, tiles: __, ...rest } = scan;
    // Rows of a partition count up to the midnight that ends it.
    const endMs = day === null || scan.timeless ? null : (day + 1) * DAY_MS;
    return {
      day,
      scan: { ...rest, startMs: null, endMs, byPartition: false },
      ...filesOf(gathered, scan, fileIdx),
      tiles: [],
      tileRows: 0,
    };
  };
  return days === null ? [readOf(null)] : days.present.map(readOf);
}
