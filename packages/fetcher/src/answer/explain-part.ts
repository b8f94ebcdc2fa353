import { windowStartMs } from '@tessera/api';
import { BYTES_BEHIND, PAYLOAD_FROM, pieceEndMs, pieceStartMs } from '@tessera/kv-writer';
import { type Entry, wasRead } from '../entry/entry.js';
import type { PlannedPart, ServingPlan } from '../plan/serving-plan.js';
import type { PlannedState, PlannedStates } from '../plan/states-plan.js';
import type { ColumnExplanation, MergedPiece } from './explanation.js';
import type { PartMoment } from './part-moment.js';

/** What each feature of a part was made of; called once its values are. */
export function explainPart(
  { definition }: ServingPlan,
  { part, moment }: { readonly part: PlannedPart; readonly moment: PartMoment },
  entry: Entry | Error | null,
): readonly ColumnExplanation[] {
  const { defined, reads, added } = part;
  const has = new Map<number, MadeOf>();
  if (reads?.holds === 'states' && wasRead(entry))
    for (const state of reads.states) {
      const pieces = piecesOf(reads, state, entry);
      for (const { feature, window } of state.columnsOfWindow.flat())
        has.set(feature, merged(reads, state.axis, window, pieces, moment));
    }
  return definition.features.slice(defined.first, defined.end).map(({ column }, feature) => {
    const base = { column: column.name, part: defined.name, queryMs: moment.queryMs };
    const made = has.get(feature);
    if (made !== undefined) return { ...base, from: 'states', ...made };
    const isRow = reads?.holds === 'rows' && wasRead(entry) && !added.includes(column.name);
    return { ...base, from: isRow ? 'row' : 'nothing', startMs: null, pieces: [] };
  });
}

/** Pieces that anything is in, and the sizes of a state's bytes there. */
function piecesOf(
  { index }: PlannedStates,
  { axis, position }: PlannedState,
  { bytes }: Entry,
): readonly { readonly piece: number; readonly bytes: number }[] {
  if (bytes === null) return [];
  index.open(bytes, PAYLOAD_FROM, bytes.length - BYTES_BEHIND);
  const { count, pieces, starts, ends } = index.axes[axis]!;
  return [...pieces.subarray(0, count)].flatMap((piece, at) => {
    const own = position * count + at;
    const size = ends[own]! - starts[own]!;
    return size === 0 ? [] : { piece, bytes: size };
  });
}

type MadeOf = Pick<ColumnExplanation, 'startMs' | 'pieces'>;

function merged(
  { frame, served }: PlannedStates,
  axis: number,
  window: number,
  pieces: readonly { readonly piece: number; readonly bytes: number }[],
  { queryMs, day }: PartMoment,
): MadeOf {
  const own = frame(queryMs, day).axes[axis]!;
  const start = own.starts[window]!;
  const windowMs = served.axes[axis]!.windowsMs[window]!;
  const finite = (ms: number) => (Number.isFinite(ms) ? ms : null);
  return {
    startMs: windowMs === null ? null : windowStartMs(queryMs, windowMs, 'sawtooth'),
    pieces: pieces
      .filter(({ piece }) => piece >= start && piece < own.end)
      .map(
        ({ piece, bytes }): MergedPiece => ({
          startMs: finite(pieceStartMs(own.axis, piece)),
          endMs: pieceEndMs(own.axis, piece),
          bytes,
        }),
      ),
  };
}
