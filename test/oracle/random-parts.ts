import type { Cell } from './cells.js';
import { aggregationName } from './names.js';
import type { Random } from './prng.js';
import { drawAggregation } from './random-aggregation.js';
import {
  addColumn,
  type Draft,
  drawPredicate,
  type KeySpace,
  TIME_TYPES,
  toSource,
} from './random-source.js';
import { valueMaker } from './random-values.js';
import { CELLS } from './schedule.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.js';
import type { AggregationSpec, ColumnSpec, DataType, PartSpec, Value } from './types.js';

/** What holds for all sources of one case. */
export type Setting = Pick<Draft, 'anchorMs' | 'degenerate'>;

/** A part while its source still grows columns. */
export interface DraftPart {
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

const LAGS = [5 * MINUTE_MS, HOUR_MS, 90 * MINUTE_MS, DAY_MS, 7 * DAY_MS, DAY_MS + 5 * MINUTE_MS];

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

/** The left: its keys, a time, columns that pass through. */
export function drawLeft(keys: KeySpace, setting: Setting, r: Random): Draft {
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

/** One to three parts; the scheduled cells are all in the first. */
export function drawParts(
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

/** The part as definitions have it, once its source has all its columns. */
export function toPart(part: DraftPart, left: Draft, keys: KeySpace): PartSpec {
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
