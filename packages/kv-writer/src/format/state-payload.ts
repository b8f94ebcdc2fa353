import { type ByteWriter, byteReader } from '@tessera/algebra';

/**
 * States of one key. Per axis:
 *
 *   varint            pieces that anything is in
 *   varint each       their numbers on the axis: the first as it is, then differences
 *   per state, per piece:
 *     varint          length, 0 = nothing is in it
 *     bytes           the state's own encoding (algebra)
 */
export interface AxisStates {
  /** Ascending. */
  readonly pieces: readonly number[];
  /** By state of the axis, then by piece; null = nothing is in it. */
  readonly states: readonly (readonly (Uint8Array | null)[])[];
}

/** Which pieces of an axis are written: those from one position to another, or of them those that are marked. */
export interface PiecesOf {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** By position behind `from`, 1 = written; null = all. */
  readonly marked: Uint8Array | null;
}

/** The numbers of an axis's pieces. What follows are its states, each a length and its bytes. */
export function writePieces(
  writer: ByteWriter,
  pieces: ArrayLike<number>,
  { from, to, count, marked }: PiecesOf,
): void {
  writer.varint(count);
  let before = 0;
  for (let at = from; at < to; at++) {
    if (marked !== null && marked[at - from] === 0) continue;
    const piece = pieces[at]!;
    writer.varint(piece - before);
    before = piece;
  }
}

export function writeStates(writer: ByteWriter, axes: readonly AxisStates[]): void {
  for (const { pieces, states } of axes) {
    const { length } = pieces;
    writePieces(writer, pieces, { from: 0, to: length, count: length, marked: null });
    for (const state of states) {
      for (const bytes of state) {
        writer.varint(bytes === null ? 0 : bytes.length);
        if (bytes !== null) writer.raw(bytes);
      }
    }
  }
}

/**
 * @param statesOfAxis how many states each axis has
 *
 * Returns  views of the payload
 * Throws   StateFormatError on bytes that are no such payload
 */
export function readStates(
  payload: Uint8Array,
  statesOfAxis: readonly number[],
): readonly AxisStates[] {
  const reader = byteReader(payload, 'an entry');
  const axes = statesOfAxis.map((count): AxisStates => {
    const pieces = new Array<number>(reader.count(1 + count));
    let before = 0;
    for (let i = 0; i < pieces.length; i++) {
      const step = reader.varint();
      if (i > 0 && step === 0) reader.fail('pieces are out of order');
      before += step;
      pieces[i] = before;
    }
    const states = new Array<(Uint8Array | null)[]>(count);
    for (let s = 0; s < count; s++) {
      const own = new Array<Uint8Array | null>(pieces.length);
      for (let i = 0; i < own.length; i++) {
        const length = reader.varint();
        own[i] = length === 0 ? null : reader.raw(length);
      }
      states[s] = own;
    }
    return { pieces, states };
  });
  reader.end();
  return axes;
}
