import {
  bigintToExpansion,
  canonicalExpansion,
  hllSlotOfInt,
  hllSlotOfNumber,
  percentileBucket,
  powerTerm,
  productTerm,
  roundRational,
} from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Batch, type Column, gather } from '@tessera/columnar';
import type { FeatureSpec, TileStates } from '../src/index.js';
import { f64, i64, i128, list } from './build.js';
import type { Random } from './random.js';
import { cleaned, compareValues, type Value, valueAt } from './values.js';

/** One value that a state aggregates, and where its columns have it. */
interface Seen {
  readonly timeMs: number;
  readonly tie: Value;
  readonly tieRow: number;
  readonly value: Value;
  /** Row of the input column, or of its child where lists are opened. */
  readonly item: number;
  readonly weight: Value;
  readonly bucket: Value;
  readonly bucketRow: number;
}

const WHOLE = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'VECTOR_SUM', 'VECTOR_AVERAGE'];
const DOUBLE: DataType = { kind: 'double' };
const INT64: DataType = { kind: 'int64' };

/**
 * The states of a feature over groups of event rows, each computed by a loop over its values.
 *
 * Returns  the spec and its lanes, one row per group; a group without rows has null states.
 */
export function statesOver(
  r: Random,
  feature: FeatureSpec,
  events: Batch,
  groups: readonly (readonly number[])[],
): { states: TileStates; lanes: Record<string, Column> } {
  const seen = groups.map((rows) => rows.flatMap((row) => seenIn(feature, events, row)));
  const lane = (name: string) => `${feature.name}.${name}`;
  if (feature.by === undefined) return kindOf(r, feature, events, seen, lane);
  const byBucket = seen.map((all) => {
    const buckets = [...new Map(all.map((s) => [s.bucket, s])).values()];
    return buckets.map((first) => all.filter((s) => s.bucket === first.bucket));
  });
  const flat = byBucket.flat();
  const inner = kindOf(r, feature, events, flat, lane);
  const outer = list(byBucket, () => f64([]));
  if (outer.kind !== 'list') throw new TypeError('list');
  const beside = (child: Column): Column => ({ ...outer, valid: null, child });
  const bucketRows = Int32Array.from(flat, (states) => states[0]!.bucketRow);
  const lanes = Object.fromEntries(
    Object.entries(inner.lanes).map(([name, column]) => [name, beside(column)]),
  );
  const bucketColumn = clean(events.columns[feature.by.lane]!);
  lanes[lane('buckets')] = beside(gather(bucketColumn, bucketRows));
  return { states: { ...inner.states, buckets: lane('buckets') }, lanes };
}

function seenIn(feature: FeatureSpec, events: Batch, row: number): Seen[] {
  const number = (name: string) => (events.columns[name] as { values: Float64Array }).values[row]!;
  const read = (name: string, type: DataType) => cleaned(valueAt(events.columns[name]!, type, row));
  if (feature.where !== undefined && number(feature.where) !== 1) return [];
  const weight = feature.weight === undefined ? 0 : read(feature.weight, DOUBLE);
  const bucket = feature.by === undefined ? 0 : read(feature.by.lane, feature.by.type);
  if (weight === null || bucket === null) return [];
  const tie = events.columns.tie === undefined ? null : valueAt(events.columns.tie, INT64, row);
  const base = { timeMs: number('timeMs'), tie, tieRow: row, weight, bucket, bucketRow: row };
  if (feature.input === null) return [{ ...base, value: 0, item: row }];
  const whole = read(feature.input, feature.inputType!);
  if (whole === null) return [];
  const column = events.columns[feature.input]!;
  if (column.kind !== 'list' || WHOLE.includes(feature.operation)) {
    return [{ ...base, value: whole, item: row }];
  }
  return (whole as Value[]).flatMap((value, at) =>
    value === null ? [] : [{ ...base, value, item: column.offsets[row]! + at }],
  );
}

interface Made {
  readonly states: TileStates;
  readonly lanes: Record<string, Column>;
}

function kindOf(
  r: Random,
  feature: FeatureSpec,
  events: Batch,
  states: readonly (readonly Seen[])[],
  lane: (name: string) => string,
): Made {
  const { operation, inputType } = feature;
  const whole = WHOLE.includes(operation);
  const type = inputType?.kind === 'list' && !whole ? inputType.element : (inputType ?? INT64);
  const column = feature.input === null ? null : clean(events.columns[feature.input]!);
  const values = column?.kind === 'list' && !whole ? column.child : column;
  const k = feature.k ?? 1;
  const double = ({ value }: Seen) => toDouble(value, type);
  const n = (name = 'n') => ({
    [lane(name)]: numbers(
      r,
      states.map((s) => s.length),
    ),
  });
  const lists = <T>(
    of: (seen: readonly Seen[]) => readonly T[],
    child: (all: readonly T[]) => Column,
  ) =>
    list(
      states.map((seen) => (seen.length === 0 && r.chance(0.5) ? null : of(seen))),
      child,
    );
  const pick = (all: readonly Seen[]) =>
    narrowed(
      r,
      gather(
        values!,
        Int32Array.from(all, (s) => s.item),
      ),
    );
  const terms = (of: (seen: readonly Seen[]) => number[]) => lists(of, f64);
  const named = (columns: Record<string, Column>) =>
    Object.fromEntries(Object.entries(columns).map(([name, c]) => [lane(name), c]));

  switch (operation) {
    case 'COUNT':
      return { states: { kind: 'count', n: lane('n') }, lanes: n() };
    case 'SUM':
    case 'AVERAGE': {
      if (type.kind === 'float' || type.kind === 'double') {
        const sums = terms((seen) => canonicalExpansion(seen.map((s) => s.value as number)));
        return {
          states: { kind: 'sum', n: lane('n'), terms: lane('terms') },
          lanes: { ...n(), ...named({ terms: sums }) },
        };
      }
      const sums = states.map((seen) => seen.reduce((sum, s) => sum + (s.value as bigint), 0n));
      if (sums.some((sum) => BigInt.asIntN(128, sum) !== sum) || r.chance(0.3)) {
        let at = 0;
        const expansions = list(
          states.map(() => bigintToExpansion(sums[at++]!)),
          f64,
        );
        return {
          states: { kind: 'sum', n: lane('n'), terms: lane('terms') },
          lanes: { ...n(), ...named({ terms: expansions }) },
        };
      }
      const sum = i128(sums.map((s, i) => (states[i]!.length === 0 ? null : s)));
      return {
        states: { kind: 'isum', n: lane('n'), sum: lane('sum') },
        lanes: { ...n(), ...named({ sum }) },
      };
    }
    case 'WEIGHTED_AVERAGE': {
      const fits = (s: Seen) => productTerm(double(s), s.weight as number, PAIR);
      const product = (s: Seen) => (fits(s) ? [...PAIR] : []);
      const overflows = states.map((seen) => seen.filter((s) => !fits(s)).length);
      return {
        states: {
          kind: 'wsum',
          n: lane('n'),
          overflows: lane('overflows'),
          weighted: lane('weighted'),
          weights: lane('weights'),
        },
        lanes: {
          ...n(),
          ...named({
            overflows: numbers(r, overflows),
            weighted: terms((seen) => canonicalExpansion(seen.flatMap(product))),
            weights: terms((seen) =>
              canonicalExpansion(seen.filter(fits).map((s) => s.weight as number)),
            ),
          }),
        },
      };
    }
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS': {
      const most = operation === 'KURTOSIS' ? 4 : operation === 'SKEW' ? 3 : 2;
      const powers = ([1, 2, 3, 4] as const).slice(0, most);
      const fits = (s: Seen) => powerTerm(double(s), most, PAIR);
      const power = (s: Seen, p: 1 | 2 | 3 | 4) => {
        powerTerm(double(s), p, PAIR);
        return [...PAIR];
      };
      const overflows = states.map((seen) => seen.filter((s) => !fits(s)).length);
      const sums = powers.map((p) =>
        terms((seen) => canonicalExpansion(seen.filter(fits).flatMap((s) => power(s, p)))),
      );
      return {
        states: {
          kind: 'moments',
          n: lane('n'),
          overflows: lane('overflows'),
          sums: powers.map((p) => lane(`x${p}`)),
        },
        lanes: {
          ...n(),
          ...named({ overflows: numbers(r, overflows) }),
          ...named(Object.fromEntries(powers.map((p, i) => [`x${p}`, sums[i]!]))),
        },
      };
    }
    case 'MIN':
    case 'MAX': {
      const best = states.map((seen) => {
        const sorted = [...seen].sort((a, b) => compareValues(a.value, b.value));
        return sorted[operation === 'MIN' ? 0 : sorted.length - 1]?.item ?? -1;
      });
      return {
        states: { kind: operation === 'MIN' ? 'min' : 'max', value: lane('value') },
        lanes: named({ value: narrowed(r, gather(values!, Int32Array.from(best))) }),
      };
    }
    case 'FIRST':
    case 'LAST':
    case 'FIRST_K':
    case 'LAST_K': {
      const first = operation.startsWith('FIRST');
      const kept = operation.endsWith('_K') ? k : 1;
      const made = timed(r, events, values!, lane, states, (sorted) =>
        first ? sorted.slice(0, kept) : sorted.slice(-kept),
      );
      return { states: { kind: first ? 'first' : 'last', ...made.lanesOf }, lanes: made.columns };
    }
    case 'RATE_OF_CHANGE': {
      const at = (which: string) => (name: string) => lane(`${which}.${name}`);
      const first = timed(r, events, values!, at('first'), states, (s) => s.slice(0, 1));
      const last = timed(r, events, values!, at('last'), states, (s) => s.slice(-1));
      return {
        states: { kind: 'rate', n: lane('n'), first: first.lanesOf, last: last.lanesOf },
        lanes: { ...n(), ...first.columns, ...last.columns },
      };
    }
    case 'TOP_K':
    case 'BOTTOM_K': {
      const value = lists((seen) => {
        const sorted = [...seen].sort((a, b) => compareValues(a.value, b.value));
        return operation === 'TOP_K' ? sorted.slice(-k).reverse() : sorted.slice(0, k);
      }, pick);
      return {
        states: { kind: operation === 'TOP_K' ? 'top' : 'bottom', value: lane('value') },
        lanes: named({ value }),
      };
    }
    case 'UNIQUE_COUNT':
    case 'HISTOGRAM':
    case 'TOP_K_FREQUENT':
    case 'DIVERSITY': {
      const tallies = states.map((seen) => [...tally(seen, (s) => s.value).values()]);
      return {
        states: { kind: 'distinct', value: lane('value'), n: lane('n') },
        lanes: named({
          value: list(
            tallies.map((t) => t.map((same) => same[0]!)),
            pick,
          ),
          n: list(
            tallies.map((t) => t.map((same) => same.length)),
            (all) => numbers(r, all),
          ),
        }),
      };
    }
    case 'APPROX_UNIQUE_COUNT': {
      const slots = lists((seen) => {
        const ranks = new Map<number, number>();
        for (const { value } of seen) {
          const slot = slotOf(value, type);
          ranks.set(slot >> 6, Math.max(ranks.get(slot >> 6) ?? 0, slot & 63));
        }
        return [...ranks].map(([register, rank]) => register * 64 + rank).sort((a, b) => a - b);
      }, f64);
      return { states: { kind: 'hll', slots: lane('slots') }, lanes: named({ slots }) };
    }
    case 'APPROX_PERCENTILE': {
      const tallies = states.map((seen) => [...tally(seen, (s) => percentileBucket(double(s)))]);
      return {
        states: { kind: 'percentile', bucket: lane('bucket'), n: lane('n') },
        lanes: named({
          bucket: list(
            tallies.map((t) => t.map(([bucket]) => bucket)),
            (all) => numbers(r, all),
          ),
          n: list(
            tallies.map((t) => t.map(([, same]) => same.length)),
            (all) => numbers(r, all),
          ),
        }),
      };
    }
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE': {
      const element = inputType?.kind === 'list' ? inputType.element : DOUBLE;
      const vectors = (seen: readonly Seen[]) => seen.map((s) => s.value as readonly Value[]);
      const length = states.map((seen) => {
        const all = vectors(seen);
        if (all.some((v) => v.includes(null))) return -2;
        return all.some((v) => v.length !== all[0]!.length) ? -1 : (all[0]?.length ?? 0);
      });
      const sums = states.map((seen, i) =>
        Array.from({ length: Math.max(0, length[i]!) }, (_, d) =>
          canonicalExpansion(vectors(seen).map((v) => toDouble(v[d]!, element))),
        ),
      );
      return {
        states: { kind: 'vector', n: lane('n'), length: lane('length'), terms: lane('terms') },
        lanes: {
          ...n(),
          ...named({
            length: f64(length),
            terms: list(sums, (elements) => list(elements, f64)),
          }),
        },
      };
    }
  }
}

const PAIR = new Float64Array(2);

function timed(
  r: Random,
  events: Batch,
  values: Column,
  lane: (name: string) => string,
  states: readonly (readonly Seen[])[],
  keep: (sorted: Seen[]) => Seen[],
) {
  const kept = states.map((seen) =>
    keep(
      [...seen].sort(
        (a, b) =>
          a.timeMs - b.timeMs || compareValues(a.tie, b.tie) || compareValues(a.value, b.value),
      ),
    ),
  );
  const tieColumn = events.columns.tie;
  const columns: Record<string, Column> = {
    [lane('t')]: list(kept, (all) => f64(all.map((s) => s.timeMs))),
    [lane('value')]: list(kept, (all) =>
      narrowed(
        r,
        gather(
          values,
          Int32Array.from(all, (s) => s.item),
        ),
      ),
    ),
  };
  if (tieColumn === undefined) return { columns, lanesOf: { t: lane('t'), value: lane('value') } };
  columns[lane('tie')] = list(kept, (all) =>
    gather(
      tieColumn,
      Int32Array.from(all, (s) => s.tieRow),
    ),
  );
  return { columns, lanesOf: { t: lane('t'), tie: lane('tie'), value: lane('value') } };
}

function tally<K>(seen: readonly Seen[], key: (s: Seen) => K): Map<K, Seen[]> {
  const found = new Map<K, Seen[]>();
  for (const s of seen) found.set(key(s), [...(found.get(key(s)) ?? []), s]);
  return found;
}

/** Counts as they may come from a file: doubles or 64-bit integers, of nothing 0 or null. */
function numbers(r: Random, values: readonly number[]): Column {
  if (r.chance(0.5)) return f64(values);
  return i64(values.map((v) => (v === 0 && r.chance(0.5) ? null : BigInt(v))));
}

/** Integers of states may be held narrower than those of raw rows. */
function narrowed(r: Random, column: Column): Column {
  if (column.kind !== 'i64' || r.chance(0.5)) return column;
  const values = Array.from(column.values, (v, i) => (column.valid?.[i] === 0 ? null : v));
  if (values.some((v) => v !== null && BigInt(Number(v)) !== v)) return column;
  if (values.some((v) => v !== null && (v >= 2n ** 53n || v <= -(2n ** 53n)))) return column;
  return f64(values.map((v) => (v === null ? null : Number(v))));
}

function clean(column: Column): Column {
  if (column.kind === 'list') return { ...column, child: clean(column.child) };
  if (column.kind !== 'f64') return column;
  return f64(
    Array.from(column.values, (v) => cleaned(Number.isNaN(v) ? null : v) as number | null),
  );
}

function slotOf(value: Value, type: DataType): number {
  if (type.kind === 'string') return value as number;
  return typeof value === 'bigint' ? hllSlotOfInt(value) : hllSlotOfNumber(value as number);
}

function toDouble(value: Value, type: DataType): number {
  if (typeof value === 'number') return value;
  return roundRational(value as bigint, 10n ** BigInt(type.kind === 'decimal' ? type.scale : 0));
}
