import { type JoinSpec, outputColumns } from '@tessera/api';
import type { Explanation, ShownState } from '@tessera/engine';
import { type Contribution, emptyResult, takesWholeList } from '../oracle/operations.js';
import type { DataType, OutputValue, Value } from '../oracle/types.js';
import { type Parts, valueOfParts } from './explain-tile-pieces.js';

/** An explanation as `--json` prints it. */
export function asJson(explanation: Explanation): Explanation {
  const text = JSON.stringify(explanation, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Map ? [...value] : value;
  });
  return JSON.parse(text) as Explanation;
}

/** A value of a document by its type: 64-bit integers are text there. */
function typed(type: DataType, value: unknown): Value {
  if (value === null) return null;
  if (type.kind === 'list') return (value as unknown[]).map((item) => typed(type.element, item));
  return ['int64', 'epoch_ms', 'epoch_s', 'epoch_us'].includes(type.kind)
    ? BigInt(value as string)
    : (value as Value);
}

/** The value once more, from the printed pieces alone, by the oracle's operations. */
export function recomputed(
  join: JoinSpec,
  { column, pieces, origin, query }: Explanation,
  hasNullKey: boolean,
): OutputValue {
  const { partIdx, aggregationIdx } = outputColumns(join).find(({ name }) => name === column)!;
  const { groupBy } = [...join.parts, ...(join.labels ?? [])][partIdx]!;
  const aggregation = groupBy.aggregations[aggregationIdx];
  const typeOf = (name: string | null) =>
    groupBy.source.columns.find((one) => one.name === name)?.type;
  const type = typeOf(origin.input);
  if (hasNullKey) return null;
  const { ahead } = origin;
  if (ahead !== undefined && query.effective > (ahead.dataEnd ?? '')) return null;
  const { shown } = pieces;
  if (aggregation === undefined) {
    const [only] = shown;
    return only?.kind === 'event' ? typed(type!, only.value) : null;
  }
  const opens = type?.kind === 'list' && !takesWholeList(aggregation.operation);
  const byType = typeOf(origin.by);
  const buckets = new Map<Value, { events: Contribution[]; states: ShownState[] }>();
  const partsOf = (bucket: Value) => {
    const own = buckets.get(bucket) ?? { events: [], states: [] };
    buckets.set(bucket, own);
    return own;
  };
  for (const piece of shown) {
    if (piece.kind === 'tile') {
      if (piece.state.kind !== 'buckets') partsOf(null).states.push(piece.state);
      else
        for (const { bucket, state } of piece.state.buckets.shown)
          partsOf(typed(byType!, bucket)).states.push(state);
      continue;
    }
    const bucket = byType === undefined ? null : typed(byType, piece.bucket);
    const value = type === undefined ? 1 : typed(type, piece.value);
    const own = partsOf(bucket);
    for (const one of opens ? (value as Value[]) : [value]) {
      if (one === null) continue;
      const weight = piece.weight ?? 1;
      const tie = piece.tieBreaker as Value;
      own.events.push({ tMs: Date.parse(piece.time ?? ''), tie, value: one, weight });
    }
  }
  const seen = opens && type.kind === 'list' ? type.element : type;
  const results = [...buckets].map(
    ([bucket, own]: readonly [Value, Parts]) =>
      [bucket, valueOfParts(aggregation, seen, own, typed)] as const,
  );
  if (aggregation.by !== undefined)
    return results.length === 0
      ? null
      : new Map(
          results.sort(([a], [b]) =>
            Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))),
          ),
        );
  return results[0]?.[1] ?? emptyResult(aggregation.operation, groupBy.empty);
}
