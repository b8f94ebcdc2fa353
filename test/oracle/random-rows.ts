import { truth } from './predicate.js';
import type { Random } from './prng.js';
import type { Draft, KeySpace } from './random-source.js';
import { encodeTime } from './random-values.js';
import {
  DAY_MS,
  dayOf,
  dayOfDs,
  dsOfDay,
  HOUR_MS,
  headMs,
  isLegalTime,
  MINUTE_MS,
  startMs,
  timeMs,
  windowMs,
  YEAR_2201_MS,
} from './time.js';
import type { AggregationSpec, JoinSpec, PartSpec, Row, SourceSpec, Value } from './types.js';
import { normaliseRow, typeOf } from './values.js';

/** What event times aim at: the heads and tails that the left rows of the case have. */
export interface Target {
  readonly queryMs: number;
  readonly headMs: number;
  readonly startMs: number;
  readonly exactMs: number;
  readonly keys: readonly Value[];
  readonly source: SourceSpec;
  /** Rows are placed for each aggregation. */
  readonly aggregation: AggregationSpec;
}

function keyRow(draft: Draft, keys: readonly Value[]): Row {
  return Object.fromEntries(draft.keyColumns.map((name, i) => [name, keys[i] ?? null]));
}

function drawKeys(keys: KeySpace, r: Random, nullShare = 0.05): Value[] {
  return keys.pools.map((pool) => (r.chance(nullShare) ? null : r.pick(pool)));
}

function fill(draft: Draft, row: Row): Row {
  for (const { spec, make } of draft.columns) row[spec.name] ??= make();
  return row;
}

/** Rows of a left of events: instants on, and beside, grids, midnights and each other. */
export function leftEventRows(draft: Draft, keys: KeySpace, r: Random): Row[] {
  const rows: Row[] = [];
  const n = draft.degenerate && r.chance(0.4) ? 0 : r.between(1, 12);
  const spread = r.pick([0, 1, 3, 45]);
  let previousMs = draft.anchorMs;
  for (let i = 0; i < n; i++) {
    // The first row asks something that can be answered, unless the case is degenerate.
    const sane = i === 0 && !draft.degenerate;
    const midnight = (dayOf(draft.anchorMs) + (sane ? 0 : r.between(-spread, spread))) * DAY_MS;
    const ms = r.pick<() => number>([
      () => midnight,
      () => midnight + r.pick([-1, 1]),
      () => midnight + r.below(288) * 5 * MINUTE_MS + r.pick([-1, 0, 0, 1]),
      () => midnight + r.below(24) * HOUR_MS + r.pick([-1, 0, 1]),
      () => midnight + r.below(DAY_MS),
      () => midnight + r.below(DAY_MS),
      () => previousMs,
      () => previousMs + r.pick([-1, 1, 300_000]),
    ])();
    previousMs = ms;
    const odd = sane ? 1 : r.next();
    const time =
      odd < 0.05 ? null : encodeTime(draft.time!.type, odd < 0.09 ? outOfRange(r) : ms, r);
    const row = fill(draft, {
      ...keyRow(draft, drawKeys(keys, r, sane ? 0 : 0.05)),
      [draft.time!.name]: time,
    });
    if (draft.hasDs) row.ds = dsOfDay(dayOf(ms) + (r.chance(0.85) ? 0 : r.pick([-1, 1, 4])));
    rows.push(row);
    if (r.chance(0.1)) rows.push({ ...row });
  }
  return rows;
}

/** Rows of a left of entities: a few keys on a few days. */
export function leftEntityRows(draft: Draft, keys: KeySpace, r: Random): Row[] {
  return Array.from({ length: draft.degenerate && r.chance(0.4) ? 0 : r.between(1, 10) }, () => {
    const ds = dsOfDay(dayOf(draft.anchorMs) + r.between(-3, 3));
    return fill(draft, { ...keyRow(draft, drawKeys(keys, r)), ds });
  });
}

function outOfRange(r: Random): number {
  return r.pick([
    -1,
    -DAY_MS,
    Date.UTC(1950, 5, 1),
    YEAR_2201_MS,
    YEAR_2201_MS - 1,
    Date.UTC(2250, 0, 1),
    0,
  ]);
}

/** q of a left row, or null. */
function queryOf(left: SourceSpec, row: Row): number | null {
  if (left.kind === 'entities') return (dayOfDs(String(row.ds)) + 1) * DAY_MS;
  const ms = timeMs(typeOf(left, left.time!), row[left.time!] ?? null);
  return ms !== null && isLegalTime(left, ms) ? ms : null;
}

/** The edges that matter to rows of a source, over all parts that read it. */
export function targetsOf(
  join: JoinSpec,
  leftKeys: readonly string[],
  leftRows: readonly Row[],
  source: string,
): Target[] {
  const targets: Target[] = [];
  for (const row of leftRows) {
    const queryMs = queryOf(join.left, row);
    if (queryMs === null) continue;
    const keys = leftKeys.map((name) => row[name] ?? null);
    for (const part of join.parts.filter((p) => p.groupBy.source.name === source)) {
      const head = headMs(part, queryMs);
      for (const aggregation of part.groupBy.aggregations) {
        const { windows, tail } = aggregation;
        for (const window of windows) {
          const wMs = window === null ? 30 * DAY_MS : windowMs(window);
          const start =
            window === null ? head - wMs : startMs(head, window, tail ?? part.groupBy.tail);
          targets.push({
            queryMs,
            headMs: head,
            startMs: start,
            exactMs: head - wMs,
            keys,
            source: part.groupBy.source,
            aggregation,
          });
        }
      }
    }
  }
  return targets;
}

/** Rows of an event source, most of them on the edges of some window of some left row. */
export function eventRows(
  draft: Draft,
  keys: KeySpace,
  targets: readonly Target[],
  r: Random,
): Row[] {
  const rows: Row[] = [];
  const n =
    draft.degenerate && r.chance(0.5)
      ? 0
      : r.pick([r.between(1, 8), r.between(5, 30), r.between(20, 60)]);
  let previousMs = draft.anchorMs;
  for (let i = 0; i < n; i++) {
    const target = targets.length === 0 ? null : r.pick(targets);
    let ms = r.chance(0.15)
      ? previousMs
      : target === null
        ? draft.anchorMs - r.below(3 * DAY_MS)
        : aim(target, r);
    if (!isLegalTime(draft, ms) && r.chance(0.7)) ms = draft.anchorMs;
    if (r.chance(0.02)) ms = outOfRange(r);
    previousMs = ms;
    const own = target !== null && r.chance(0.8) ? [...target.keys] : drawKeys(keys, r);
    const time = r.chance(0.03) ? null : encodeTime(draft.time!.type, ms, r);
    const row = fill(draft, { ...keyRow(draft, own), [draft.time!.name]: time });
    if (draft.hasDs)
      row.ds = dsOfDay(dayOf(ms) + (r.chance(0.85) ? 0 : r.pick([-5, -1, 1, 2, 10])));
    rows.push(row);
    if (r.chance(0.12)) rows.push(repeat(draft, row, ms, time, r));
  }
  if (n > 0) rows.push(...placedRows(draft, targets, r));
  return r.chance(0.5) ? r.shuffle(rows) : rows;
}

/**
 * For every aggregation a row or two that certainly count, unless `where` drops them: otherwise a third of the drawn
 * features would only ever see empty windows.
 */
function placedRows(draft: Draft, targets: readonly Target[], r: Random): Row[] {
  const rows: Row[] = [];
  const { name: timeName, type } = draft.time!;
  for (const aggregation of new Set(targets.map((t) => t.aggregation))) {
    const mine = targets.filter((t) => t.aggregation === aggregation && !t.keys.includes(null));
    for (
      let tries = 6, wanted = r.between(1, 2);
      tries > 0 && wanted > 0 && mine.length > 0;
      tries--
    ) {
      const t = r.pick(mine);
      const inside = t.startMs + Math.floor(r.next() * (t.headMs - t.startMs));
      const time = encodeTime(type, r.pick([t.startMs, t.startMs, t.headMs - 1, inside]), r);
      const ms = timeMs(type, time)!;
      if (ms < t.startMs || ms >= t.headMs || !isLegalTime(draft, ms)) continue;
      let row: Row = {};
      for (let again = 20; again > 0; again--) {
        row = fill(draft, { ...keyRow(draft, t.keys), [timeName]: time });
        if (counts(t, row)) break;
      }
      if (draft.hasDs) row.ds = dsOfDay(dayOf(ms) + (r.chance(0.85) ? 0 : 1));
      rows.push(row);
      wanted -= 1;
    }
  }
  return rows;
}

/** Whether a row inside the window has something to aggregate. */
function counts({ source, aggregation }: Target, raw: Row): boolean {
  const row = normaliseRow(source, raw, 'null');
  const holds = [source.where, aggregation.where].every(
    (p) => p === undefined || truth(source, p, row) === true,
  );
  const { input, by, weight } = aggregation;
  const needed = [input, by, weight].filter((name) => name !== undefined);
  return holds && needed.every((name) => !isNothing(row[name] ?? null));
}

function isNothing(value: Value): boolean {
  return Array.isArray(value) ? value.every(isNothing) : value === null;
}

function aim(t: Target, r: Random): number {
  const beside = r.pick([-1, 0, 0, 0, 1]);
  switch (r.below(9)) {
    case 0:
      return t.headMs + beside;
    case 1:
    case 2:
      return t.startMs + beside;
    case 3:
      return t.exactMs + beside;
    case 4:
      return t.queryMs + beside;
    case 5:
      return dayOf(t.headMs) * DAY_MS + beside;
    case 6:
      return Math.floor(t.headMs / 300_000) * 300_000 - r.below(4) * 300_000 + beside;
    case 7:
      return t.startMs - r.below(10) * HOUR_MS;
    default:
      return t.startMs + Math.floor(r.next() * (t.headMs - t.startMs));
  }
}

/** The same row again; with an eventId, sometimes a repeat that differs, or one in another partition (S1.5). */
function repeat(draft: Draft, row: Row, ms: number, time: Value, r: Random): Row {
  const copy = { ...row };
  if (draft.eventId === undefined || time === null) return copy;
  const way = r.below(4);
  if (way === 1) copy[draft.time!.name] = encodeTime(draft.time!.type, ms, r);
  if (way === 2)
    for (const { spec, make } of draft.columns)
      if (spec.name !== draft.eventId && r.chance(0.5)) copy[spec.name] = make();
  if (way === 3 && draft.hasDs) copy.ds = dsOfDay(dayOf(ms) + 3);
  return copy;
}

/** The days of partitions that a part reads, with the day before each of the left's own partitions. */
function daysRead(
  join: JoinSpec,
  parts: readonly PartSpec[],
  leftRows: readonly Row[],
): Set<number> {
  const days = new Set<number>();
  for (const { lagMs } of parts) {
    for (const row of leftRows) {
      const queryMs = queryOf(join.left, row);
      if (queryMs !== null) days.add(dayOf(queryMs - lagMs) - 1);
      if (typeof row.ds === 'string') days.add(dayOf(dayOfDs(row.ds) * DAY_MS - lagMs) - 1);
    }
  }
  return days;
}

/** Rows of an entity source: for each day a state of most keys; unique keys where rows pass through. */
export function entityRows(
  draft: Draft,
  keys: KeySpace,
  join: JoinSpec,
  leftRows: readonly Row[],
  r: Random,
): Row[] {
  const parts = join.parts.filter((p) => p.groupBy.source.name === draft.name);
  const passes = parts.some((p) => p.groupBy.aggregations.length === 0);
  const mayMiss = parts.every((p) => p.missing === 'null');
  const rows: Row[] = [];
  const days = draft.static ? [null] : [...daysRead(join, parts, leftRows)].sort((a, b) => a - b);
  let id = 0n;
  for (const day of days) {
    if (mayMiss && day !== null && r.chance(0.25)) continue;
    const endMs = day === null ? draft.anchorMs : (day + 1) * DAY_MS;
    const add = (own: Value[]): void => {
      const row: Row = keyRow(draft, own);
      if (draft.columns.some((c) => c.spec.name === 'row_id')) row.row_id = id++;
      if (draft.time !== undefined) {
        const ms =
          endMs + r.pick([-1, 0, 1, -HOUR_MS, -DAY_MS, -12 * DAY_MS, -r.below(20 * DAY_MS)]);
        row[draft.time.name] = r.chance(0.05) ? null : encodeTime(draft.time.type, ms, r);
      }
      if (day !== null) row.ds = dsOfDay(day);
      rows.push(fill(draft, row));
    };
    if (passes) {
      for (const own of product(draft, keys)) {
        if (r.chance(0.75)) add(own);
        if (draft.dedupeBy !== undefined && r.chance(0.3)) add(own);
      }
      if (r.chance(0.1)) add(draft.keyColumns.map(() => null));
    } else {
      for (let i = r.between(0, 8); i > 0; i--) add(drawKeys(keys, r));
    }
    // A partition exists only through its rows: this one is dropped for its null key, and keeps the day present.
    if (!rows.some((row) => row.ds === (day === null ? undefined : dsOfDay(day))))
      add(draft.keyColumns.map(() => null));
  }
  return r.chance(0.5) ? r.shuffle(rows) : rows;
}

/** Every tuple of the source's keys, each once (0 and -0 are one key); a column that is no key stays the same. */
function product(draft: Draft, keys: KeySpace): Value[][] {
  const pools = draft.keyColumns.map((name, i) => {
    const distinct = [...new Set(keys.pools[i]!)];
    return draft.entityKeys?.includes(name) ? distinct : distinct.slice(0, 1);
  });
  return pools.reduce<Value[][]>(
    (tuples, pool) => tuples.flatMap((t) => pool.map((v) => [...t, v])),
    [[]],
  );
}
