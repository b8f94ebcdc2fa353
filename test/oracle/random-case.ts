import { allowedCells, type Cell } from './cells.js';
import { aggregationName, featuresOf, identifier } from './names.js';
import { type Random, random } from './prng.js';
import { drawAggregation } from './random-aggregation.js';
import { entityRows, eventRows, leftEntityRows, leftEventRows, targetsOf } from './random-rows.js';
import {
  addColumn,
  type Draft,
  drawKeySpace,
  drawPredicate,
  type KeySpace,
  TIME_TYPES,
  toSource,
} from './random-source.js';
import { valueMaker } from './random-values.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.js';
import type {
  AggregationSpec,
  ColumnSpec,
  DataType,
  JoinSpec,
  PartSpec,
  Tables,
  Value,
} from './types.js';

export interface RandomCase {
  readonly join: JoinSpec;
  readonly tables: Tables;
  /** What the case contains, in short words: `left:entities`, `key:string`, `shared-source` … */
  readonly tags: readonly string[];
}

/** What holds for all sources of one case. */
type Setting = Pick<Draft, 'anchorMs' | 'degenerate'>;

/** A part while its source still grows columns. */
interface DraftPart {
  readonly draft: Draft;
  readonly name: string;
  /** Positions of the key space, in the groupBy's order. */
  readonly positions: readonly number[];
  readonly aggregations: AggregationSpec[];
  readonly accuracy: 'temporal' | 'snapshot';
  readonly tail: 'sawtooth' | 'exact';
  readonly empty: 'zero' | 'null';
  readonly prefix?: string;
  readonly lagMs: number;
  readonly at: 'strict' | 'inclusive';
  readonly missing: 'error' | 'null';
}

const CELLS: readonly Cell[] = random(20240310).shuffle(allowedCells());
/** With the random ones, three to eight features a case. */
const SCHEDULED_PER_CASE = 5;

/** Every eighth seed makes a case that may be empty or without answers: it gets cells at random, not by schedule. */
const DEGENERATE_EVERY = 8;

/** How many consecutive seeds, from 0, visit every cell of `allowedCells()` once. */
export const SEEDS_PER_ROUND = Math.ceil(
  ((CELLS.length / SCHEDULED_PER_CASE) * DEGENERATE_EVERY) / (DEGENERATE_EVERY - 1),
);

function isDegenerate(seed: number): boolean {
  return seed % DEGENERATE_EVERY === DEGENERATE_EVERY - 1;
}

/** The cells that a seed must contain; consecutive seeds walk through all of them in a fixed shuffled order. */
export function scheduledCells(seed: number): Cell[] {
  const turn = Math.abs(seed) - Math.floor(Math.abs(seed) / DEGENERATE_EVERY);
  return Array.from(
    { length: SCHEDULED_PER_CASE },
    (_, i) => CELLS[(turn * SCHEDULED_PER_CASE + i) % CELLS.length]!,
  );
}

/** Days whose neighbourhood is awkward: a leap day, a year's end, both ends of the legal years. */
const ANCHORS = [
  '2024-03-10',
  '2024-03-10',
  '2024-02-29',
  '2023-12-31',
  '1970-01-20',
  '1969-07-20',
  '2200-12-20',
];

const LAGS = [5 * MINUTE_MS, HOUR_MS, 90 * MINUTE_MS, DAY_MS, 7 * DAY_MS, DAY_MS + 5 * MINUTE_MS];

/**
 * A valid join with adversarial tables, the same for a seed on every machine. It never makes the oracle throw.
 *
 * Returns  a definition that the compiler must accept, literal tables by source name, tags
 */
export function randomCase(seed: number): RandomCase {
  const r = random(seed);
  const anchorMs = Date.parse(`${r.pick(ANCHORS)}T00:00:00Z`);
  const keys = drawKeySpace(r);
  const setting: Setting = { anchorMs, degenerate: isDegenerate(seed) };
  const left = drawLeft(keys, setting, r);
  const cells = setting.degenerate
    ? [r.pick(CELLS), r.pick(CELLS), r.pick(CELLS)]
    : scheduledCells(seed);
  const parts = drawParts(cells, left, keys, setting, r);
  const join: JoinSpec = {
    kind: 'join',
    name: 'random',
    left: toSource(left, keys),
    parts: parts.map((part) => toPart(part, left, keys)),
  };
  const tables = drawTables(join, left, parts, keys, r);
  return { join, tables, tags: tagsOf(join, parts, keys) };
}

function newDraft(
  given: Pick<Draft, 'kind' | 'name' | 'keyColumns'> & Partial<Draft>,
  setting: Setting,
  r: Random,
): Draft {
  // Before 1970 a source that does not allow it holds nothing at all.
  const allowPre1970 = r.chance(setting.anchorMs >= 0 ? 0.2 : setting.degenerate ? 0.5 : 1);
  return {
    hasDs: true,
    allowPre1970,
    static: false,
    ...setting,
    columns: [],
    isLeft: false,
    ...given,
  };
}

function timeColumn(name: string, r: Random): ColumnSpec {
  // `date` puts every event on a midnight, outside most short windows: keep it rarer than the others.
  const kind = r.chance(0.06) ? 'date' : r.pick(TIME_TYPES);
  return { name, type: { kind }, nullable: true };
}

function drawLeft(keys: KeySpace, setting: Setting, r: Random): Draft {
  const keyColumns = keys.types.map((_, i) => ['user', 'Merchant Id'][i]!);
  const events = r.chance(0.87);
  const draft = newDraft(
    {
      kind: events ? 'events' : 'entities',
      name: events ? 'labels.rows' : 'people',
      keyColumns,
      isLeft: true,
      hasDs: !events || r.chance(0.75),
      ...(events ? { time: timeColumn('ts', r) } : { entityKeys: keyColumns }),
    },
    setting,
    r,
  );
  addColumn(
    draft,
    'note',
    { kind: 'string' },
    valueMaker(r, { kind: 'string' }, {}, setting.anchorMs),
  );
  if (r.chance(0.4)) {
    const type: DataType = { kind: 'double' };
    addColumn(draft, 'score', type, valueMaker(r, type, { finite: true }, setting.anchorMs));
  }
  if (setting.degenerate && r.chance(0.3)) draft.where = drawPredicate(draft, r);
  return draft;
}

function drawParts(
  cells: readonly Cell[],
  left: Draft,
  keys: KeySpace,
  setting: Setting,
  r: Random,
): DraftPart[] {
  const first =
    left.kind === 'events' && r.chance(0.1) ? left : drawEvents('payments.tx', keys, setting, r);
  const parts = [drawEventPart(first, 'spend', keys, cells, r)];
  for (let i = r.pick([0, 1, 1, 2, 2]); i > 0; i--) {
    const name = r.pick(['stats', 'User.Profile', 'größe v2', 'a-b']) + String(parts.length);
    const kind = r.below(8);
    if (kind === 0) {
      // The same groupBy again, at another lag: only the prefix tells the columns apart.
      const twin = parts[0]!;
      if (!parts.some((p) => p.prefix !== undefined))
        parts.push({ ...twin, prefix: 'Twin_', lagMs: r.pick([0, ...LAGS]) });
    } else if (kind === 1) {
      parts.push(drawEventPart(first, name, keys, [r.pick(CELLS)], r));
    } else if (kind <= 3) {
      parts.push(
        drawEventPart(
          drawEvents(`src${parts.length}`, keys, setting, r),
          name,
          keys,
          [r.pick(CELLS)],
          r,
        ),
      );
    } else {
      parts.push(drawEntityPart(`dim${parts.length}`, name, keys, setting, r));
    }
  }
  return parts;
}

function drawEvents(name: string, keys: KeySpace, setting: Setting, r: Random): Draft {
  const renamed = r.chance(0.3);
  const draft = newDraft(
    {
      kind: 'events',
      name,
      keyColumns: keys.types.map((_, i) => (renamed ? `r_key${i}` : ['user', 'Merchant Id'][i]!)),
      hasDs: r.chance(0.75),
      time: timeColumn(renamed ? 'event time' : 'ts', r),
    },
    setting,
    r,
  );
  if (r.chance(0.5)) {
    const type = r.pick<DataType>([{ kind: 'string' }, { kind: 'int32' }, { kind: 'int64' }]);
    const values =
      type.kind === 'string'
        ? ['a', 'b', '', '\u{1f600}', '\uff5e', null]
        : type.kind === 'int32'
          ? [1, 2, -3, null]
          : [1n, -(2n ** 60n)];
    draft.tieBreaker = addColumn(draft, 'tie', type, () => r.pick<Value>(values));
  }
  if (r.chance(0.2)) {
    let id = 0;
    draft.eventId = addColumn(draft, 'event_id', { kind: 'string' }, () =>
      r.chance(0.05) ? null : `e${id++}`,
    );
  } else if (r.chance(0.12)) draft.where = drawPredicate(draft, r);
  return draft;
}

function drawPositions(keys: KeySpace, r: Random): number[] {
  if (keys.types.length === 1) return [0];
  return r.pick([[0], [1], [0, 1], [0, 1], [1, 0]]);
}

function drawEventPart(
  draft: Draft,
  name: string,
  keys: KeySpace,
  cells: readonly Cell[],
  r: Random,
): DraftPart {
  const accuracy = r.chance(0.75) ? 'temporal' : 'snapshot';
  const part: DraftPart = {
    draft,
    name,
    positions: drawPositions(keys, r),
    aggregations: [],
    accuracy,
    tail: r.chance(0.25) ? 'exact' : 'sawtooth',
    empty: r.chance(0.2) ? 'null' : 'zero',
    lagMs: r.chance(0.3) ? r.pick(LAGS) : 0,
    at: accuracy === 'temporal' && r.chance(0.2) ? 'inclusive' : 'strict',
    missing: 'error',
    ...(r.chance(0.15) ? { prefix: `P${name.length}_` } : {}),
  };
  const extra = Array.from({ length: r.between(0, cells.length > 1 ? 3 : 2) }, () => r.pick(CELLS));
  for (const cell of [...cells, ...extra]) {
    part.aggregations.push(drawAggregation(draft, cell, part.tail, r));
  }
  return part;
}

function drawEntityPart(
  name: string,
  groupBy: string,
  keys: KeySpace,
  setting: Setting,
  r: Random,
): DraftPart {
  const passes = r.chance(0.35);
  const positions = drawPositions(keys, r);
  const isStatic = r.chance(0.25);
  const draft = newDraft(
    {
      kind: 'entities',
      name,
      keyColumns: keys.types.map((_, i) => `k${i}`),
      hasDs: !isStatic,
      static: isStatic,
      ...(!passes && r.chance(0.6) ? { time: timeColumn('since', r) } : {}),
    },
    setting,
    r,
  );
  const part: DraftPart = {
    draft,
    name: passes ? name : groupBy,
    positions,
    aggregations: [],
    accuracy: 'snapshot',
    tail: r.chance(0.25) ? 'exact' : 'sawtooth',
    empty: r.chance(0.2) ? 'null' : 'zero',
    lagMs: r.chance(0.25) ? r.pick(LAGS) : 0,
    at: 'strict',
    missing: r.chance(0.4) ? 'null' : 'error',
  };
  if (passes) {
    for (let i = r.between(1, 3); i > 0; i--) {
      const { type } = r.pick(CELLS.filter((c) => c.type !== null));
      addColumn(draft, `c${i}`, type!, valueMaker(r, type!, {}, setting.anchorMs));
    }
    if (r.chance(0.4)) {
      addColumn(draft, 'row_id', { kind: 'int64' }, () => 0n);
      draft.dedupeBy = 'row_id';
    }
    draft.entityKeys = positions.map((i) => draft.keyColumns[i]!);
    return part;
  }
  draft.entityKeys = [addColumn(draft, 'row_id', { kind: 'int64' }, () => 0n)];
  const cells = CELLS.filter((c) => draft.time !== undefined || c.tail === 'unbounded');
  for (let i = r.between(1, 3); i > 0; i--) {
    const drawn = drawAggregation(draft, r.pick(cells), part.tail, r);
    part.aggregations.push(draft.time === undefined ? { ...drawn, windows: [null] } : drawn);
  }
  return part;
}

function toPart(part: DraftPart, left: Draft, keys: KeySpace): PartSpec {
  const { draft, positions, prefix } = part;
  const bare: PartSpec = {
    groupBy: {
      kind: 'groupBy',
      name: part.name,
      source: toSource(draft, keys),
      keys: positions.map((i) => draft.keyColumns[i]!),
      aggregations: [],
      accuracy: part.accuracy,
      tail: part.tail,
      empty: part.empty,
      online: false,
    },
    keys: positions.map((i) => ({ left: left.keyColumns[i]!, right: draft.keyColumns[i]! })),
    ...(prefix === undefined ? {} : { prefix }),
    lagMs: part.lagMs,
    at: part.at,
    missing: part.missing,
  };
  return {
    ...bare,
    groupBy: { ...bare.groupBy, aggregations: distinctNames(bare, part.aggregations) },
  };
}

/** S6: two columns with one name do not compile, so the later aggregation is given another one. */
function distinctNames(
  part: PartSpec,
  aggregations: readonly AggregationSpec[],
): AggregationSpec[] {
  const taken = new Set<string>();
  return aggregations.map((aggregation, i) => {
    const names = (a: AggregationSpec): string[] =>
      a.windows.map((w) => aggregationName(part, a, w));
    const free = names(aggregation).every((name) => !taken.has(name));
    const result = free ? aggregation : { ...aggregation, as: `Other ${i}` };
    for (const name of names(result)) taken.add(name);
    return result;
  });
}

function drawTables(
  join: JoinSpec,
  left: Draft,
  parts: readonly DraftPart[],
  keys: KeySpace,
  r: Random,
): Tables {
  const leftRows =
    left.kind === 'events' ? leftEventRows(left, keys, r) : leftEntityRows(left, keys, r);
  const tables: Tables = { [left.name]: leftRows };
  for (const draft of new Set(parts.map((p) => p.draft))) {
    const targets = targetsOf(join, left.keyColumns, leftRows, draft.name);
    if (draft.kind === 'entities') tables[draft.name] = entityRows(draft, keys, join, leftRows, r);
    // A left that is also a source keeps its own rows and gets the aimed ones as further left rows.
    else if (draft === left) leftRows.push(...eventRows(draft, keys, targets, r).slice(0, 25));
    else tables[draft.name] = eventRows(draft, keys, targets, r);
  }
  return tables;
}

function tagsOf(join: JoinSpec, parts: readonly DraftPart[], keys: KeySpace): string[] {
  const tags = new Set<string>([`left:${join.left.kind}`]);
  const when = (condition: boolean, tag: string): void => {
    if (condition) tags.add(tag);
  };
  for (const type of keys.types) tags.add(`key:${type.kind}`);
  when(keys.types.length > 1, 'key:two-columns');
  when(
    join.left.time !== undefined,
    `left-time:${join.left.columns.find((c) => c.name === join.left.time)?.type.kind}`,
  );
  when(join.left.where !== undefined, 'left-where');
  when(new Set(parts.map((p) => p.draft)).size < parts.length, 'shared-source');
  for (const { draft, prefix, empty } of parts) {
    when(draft.isLeft, 'self-join');
    when(draft.time !== undefined, `time:${draft.time?.type.kind}`);
    when(!draft.hasDs && !draft.static, 'no-ds');
    when(draft.static, 'static');
    when(draft.tieBreaker !== undefined, 'tie-breaker');
    when(draft.eventId !== undefined, 'event-id');
    when(draft.dedupeBy !== undefined, 'dedupe');
    when(draft.where !== undefined, 'source-where');
    when(draft.allowPre1970, 'pre-1970');
    when(prefix !== undefined, 'prefix');
    when(empty === 'null', 'empty-null');
  }
  for (const { aggregation, name } of featuresOf(join)) {
    when(aggregation === undefined, 'pass-through');
    when(aggregation?.as !== undefined, 'as');
    when(name !== identifier(name), 'bad-name');
  }
  return [...tags];
}
