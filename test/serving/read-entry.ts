import {
  type AggregateState,
  aggregateState,
  bucketed,
  type Result,
  type ScalarValue,
} from '@tessera/algebra';
import { parseType, windowStartMs } from '@tessera/api';
import {
  axisOf,
  entryKey,
  fingerprintBytes,
  openValue,
  pieceStartMs,
  queryInstant,
  type RowValue,
  readRow,
  readStates,
  type ServedColumn,
  type ServedPart,
  type ServedStates,
  snapshotDay,
} from '@tessera/kv-writer';

export type Get = (key: Uint8Array) => Uint8Array | null;

/** What a part answers, by column: a slow reading of one entry, straight from what the pages say. */
export function answers(
  part: ServedPart,
  get: Get,
  key: readonly ScalarValue[],
  atMs: number,
): Map<string, Result | RowValue> {
  const p = atMs - part.lagMs;
  if (p < part.firstMs || p > part.lastMs) throw new Error('stale');
  const day = part.days === null ? null : snapshotDay(part, atMs);
  const bytes = get(entryKey(part, day, key));
  const payload = bytes === null ? null : openValue(bytes, fingerprintBytes(part.fingerprint));
  if (payload?.bad !== undefined) throw new Error(payload.bad);
  if (part.holds === 'rows') {
    const types = part.columns.map(({ type }) => parseType(type));
    const values = payload === null ? [] : readRow(payload.payload, types);
    return new Map(part.columns.map(({ name }, idx) => [name, values[idx] ?? null]));
  }
  return ofStates(part, payload === null ? null : payload.payload, day, atMs);
}

function ofStates(
  part: ServedStates,
  payload: Uint8Array | null,
  day: number | null,
  atMs: number,
): Map<string, Result> {
  const instant = day === null ? queryInstant(part, atMs) : (day + 1) * 86_400_000;
  const counts = part.axes.map(
    (_, axis) => part.states.filter((state) => state.axis === axis).length,
  );
  const axes = payload === null ? null : readStates(payload, counts);
  const found = new Map<string, Result>();
  part.axes.forEach((_, at) => {
    const axis = axisOf(part, at, day);
    part.states
      .filter((state) => state.axis === at)
      .forEach(({ machine, operation, columns }, idx) => {
        for (const column of columns) {
          const [merging, ending] = [
            machineOf(operation, machine, undefined),
            machineOf(column.operation, machine, column),
          ];
          const state = merging.init();
          const own = axes?.[at];
          own?.pieces.forEach((piece, position) => {
            const startMs = pieceStartMs(axis, piece);
            const bytes = own.states[idx]![position]!;
            if (startMs >= instant || bytes === null) return;
            if (startMs < windowStartMs(instant, column.windowMs, 'sawtooth')) return;
            merging.merge(state, merging.decode(bytes));
          });
          const result = ending.finalize(state);
          found.set(column.name, column.nullWhenEmpty && ending.isEmpty(state) ? null : result);
        }
      });
  });
  return found;
}

function machineOf(
  operation: ServedColumn['operation'],
  { byKind, ...config }: ServedStates['states'][number]['machine'],
  column: ServedColumn | undefined,
): AggregateState<unknown> {
  const inner = aggregateState(operation, {
    ...config,
    ...(column?.percentiles && { percentiles: column.percentiles }),
    ...(column?.maxDistinct !== undefined && { maxDistinct: column.maxDistinct }),
  });
  return byKind === undefined ? inner : (bucketed(inner, byKind) as AggregateState<unknown>);
}
