import type { Random } from './prng.js';
import { keyPool, type Needs, valueMaker } from './random-values.js';
import type { ColumnSpec, DataType, Expression, SourceSpec, Value } from './types.js';
import { typeText } from './values.js';

/** The keys of one case: a type and a few values per position; every table draws from the same few. */
export interface KeySpace {
  readonly types: readonly DataType[];
  readonly pools: readonly (readonly Value[])[];
}

export interface DraftColumn {
  readonly spec: ColumnSpec;
  readonly needs: Needs;
  readonly make: () => Value;
}

/** A source that still grows columns while aggregations are drawn for it. */
export interface Draft {
  readonly kind: 'events' | 'entities';
  readonly name: string;
  /** Name of the column for each position of the key space. */
  readonly keyColumns: readonly string[];
  readonly time?: ColumnSpec;
  /** Whether rows carry `ds`. */
  readonly hasDs: boolean;
  readonly allowPre1970: boolean;
  readonly static: boolean;
  readonly anchorMs: number;
  /** Columns other than keys and time, in the order they were added. */
  readonly columns: DraftColumn[];
  /** May be empty, or hold nothing that is legal. */
  readonly degenerate: boolean;
  /** Its columns come out as left columns too. */
  readonly isLeft: boolean;
  /** Entities: the columns that identify a row. */
  entityKeys?: readonly string[];
  tieBreaker?: string;
  eventId?: string;
  dedupeBy?: string;
  where?: Expression;
}

const KEY_TYPES: readonly DataType[] = [
  { kind: 'string' },
  { kind: 'string' },
  { kind: 'string' },
  { kind: 'int32' },
  { kind: 'int64' },
  { kind: 'int64' },
  { kind: 'boolean' },
  { kind: 'date' },
  { kind: 'decimal', precision: 9, scale: 2 },
  { kind: 'double' },
];

export function drawKeySpace(r: Random): KeySpace {
  if (r.chance(0.12)) {
    // S4.1: ("ab","c") ≠ ("a","bc").
    const text: DataType = { kind: 'string' };
    return {
      types: [text, text],
      pools: [
        ['ab', 'a', ''],
        ['c', 'bc', 'abc'],
      ],
    };
  }
  const types = Array.from({ length: r.chance(0.45) ? 2 : 1 }, () => r.pick(KEY_TYPES));
  return { types, pools: types.map((type) => keyPool(type, r)) };
}

export const TIME_TYPES = [
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'epoch_ms',
  'epoch_ms',
  'epoch_s',
  'epoch_us',
] as const;

export function addColumn(
  draft: Draft,
  name: string,
  type: DataType,
  make: () => Value,
  needs: Needs = {},
): string {
  draft.columns.push({ spec: { name, type, nullable: true }, needs, make });
  return name;
}

/** A column of the type that meets the needs: one that exists (so that features share states), or a new one. */
export function inputColumn(draft: Draft, type: DataType, needs: Needs, r: Random): string {
  const fits = draft.columns.filter(
    (c) =>
      c.spec.name.startsWith('x') &&
      typeText(c.spec.type) === typeText(type) &&
      (!needs.sumSafe || c.needs.sumSafe === true) &&
      (needs.vectorLength === undefined || c.needs.vectorLength !== undefined),
  );
  if (fits.length > 0 && r.chance(0.6)) return r.pick(fits).spec.name;
  const full = { ...needs, finite: draft.isLeft };
  const style = r.pick(['x', 'x', 'x', 'x', 'xLoud', 'x größe ', 'x.y-']);
  const name = `${style}${draft.columns.length}`;
  return addColumn(draft, name, type, valueMaker(r, type, full, draft.anchorMs), full);
}

/** A column for `by`: few values, some null. */
export function bucketColumn(draft: Draft, r: Random): string {
  const found = draft.columns.find((c) => c.spec.name.startsWith('bucket'));
  if (found !== undefined && r.chance(0.6)) return found.spec.name;
  const [type, values] = r.pick<[DataType, Value[]]>([
    [{ kind: 'string' }, ['web', 'app', '', 'é', '\u{1f600}', '\uff5e', null]],
    [{ kind: 'boolean' }, [true, false, null]],
    [{ kind: 'int32' }, [10, 9, -1, null]],
    [{ kind: 'int64' }, [10n, 9n, 2n ** 53n + 1n, null]],
    [{ kind: 'date' }, ['2024-03-10', '1969-12-31', null]],
  ]);
  return addColumn(draft, `bucket${draft.columns.length}`, type, () => r.pick(values));
}

/** A weight column for WEIGHTED_AVERAGE. */
export function weightColumn(draft: Draft, r: Random): string {
  const [type, values] = r.pick<[DataType, Value[]]>([
    [{ kind: 'double' }, [1, 2, 0.1, 0, -1, 1e17, Number.NaN, null]],
    [{ kind: 'double' }, [1, 0.3, 2.5]],
    [{ kind: 'float' }, [0.5, 0.25, Math.fround(0.1), null]],
    [{ kind: 'int32' }, [1, 2, 3, 0]],
    [{ kind: 'int64' }, [1n, 2n ** 53n + 1n, null]],
    [{ kind: 'decimal', precision: 9, scale: 2 }, ['0.10', '1.00', '-2.50']],
  ]);
  return addColumn(draft, `weight${draft.columns.length}`, type, () => r.pick(values));
}

/** A predicate of up to three levels over small columns made for it. Literals are exact in every type they meet. */
export function drawPredicate(draft: Draft, r: Random, depth = 0): Expression {
  if (depth < 2 && r.chance(0.35)) {
    if (r.chance(0.3)) return { op: 'not', arg: drawPredicate(draft, r, depth + 1) };
    const args = Array.from({ length: r.between(1, 3) }, () => drawPredicate(draft, r, depth + 1));
    return { op: r.pick(['and', 'or'] as const), args };
  }
  const op = r.pick(['=', '<>', '<', '<=', '>', '>='] as const);
  const [type, values, literals] = r.pick<[DataType, Value[], (string | number | boolean)[]]>([
    [{ kind: 'string' }, ['a', 'b', '', 'é', '\u{1f600}', null], ['a', 'b', '', '\uff5e', "it's"]],
    [{ kind: 'int32' }, [-1, 0, 1, 2, null], [0, 1, -1, 0.5]],
    [{ kind: 'int64' }, [-1n, 0n, 2n ** 53n - 1n, 2n ** 53n + 1n, null], [0, 2 ** 53 - 1]],
    [{ kind: 'double' }, [0.5, -0, 1, Number.NaN, null], [0, 0.5, 1]],
    [{ kind: 'decimal', precision: 9, scale: 2 }, ['1.00', '0.99', '-1.00', null], [1, 0]],
    [{ kind: 'boolean' }, [true, false, null], [true, false]],
    [{ kind: 'date' }, ['2024-03-10', '1969-12-31', null], ['2024-03-10', '2024-01-01']],
  ]);
  const own = draft.columns.find(
    (c) => c.spec.name.startsWith('w_') && typeText(c.spec.type) === typeText(type),
  );
  const column =
    own?.spec.name ?? addColumn(draft, `w_${draft.columns.length}`, type, () => r.pick(values));
  const operand: Expression = { op: 'column', column };
  const literal = (): Expression => ({ op: 'literal', literal: r.pick(literals) });
  switch (r.below(type.kind === 'boolean' ? 5 : 4)) {
    case 0:
      return { op: 'is_null', operand };
    case 1:
      return { op: 'in', operand, values: [literal(), literal()] };
    case 2:
      return { op, left: literal(), right: operand };
    case 3:
      return { op, left: operand, right: literal() };
    default:
      return { op: 'column', column };
  }
}

export function toSource(draft: Draft, keys: KeySpace): SourceSpec {
  const keyColumns = draft.keyColumns.map((name, i) => ({
    name,
    type: keys.types[i]!,
    nullable: true,
  }));
  return {
    kind: draft.kind,
    name: draft.name,
    path: `data/${draft.name}`,
    format: 'parquet',
    columns: [
      ...keyColumns,
      ...(draft.time === undefined ? [] : [draft.time]),
      ...draft.columns.map((c) => c.spec),
    ],
    ...(draft.time === undefined ? {} : { time: draft.time.name }),
    ...(draft.entityKeys === undefined ? {} : { keys: draft.entityKeys }),
    ...(draft.tieBreaker === undefined ? {} : { tieBreaker: draft.tieBreaker }),
    ...(draft.eventId === undefined ? {} : { eventId: draft.eventId }),
    ...(draft.where === undefined ? {} : { where: draft.where }),
    ...(draft.allowPre1970 ? { allowPre1970: true } : {}),
    ...(draft.static ? { static: true } : {}),
    ...(draft.dedupeBy === undefined ? {} : { dedupe: { orderBy: draft.dedupeBy } }),
  };
}
