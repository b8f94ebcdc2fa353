import { type ByteReader, type ByteWriter, byteReader } from '@tessera/algebra';

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

/** The numbers of an axis's pieces. What follows are its states, each a length and its bytes. */
export function writePieces(
  writer: ByteWriter,
  count: number,
  forEach: (each: (piece: number) => void) => void,
): void {
  writer.varint(count);
  let before = 0;
  forEach((piece) => {
    writer.varint(piece - before);
    before = piece;
  });
}

export function writeStates(writer: ByteWriter, axes: readonly AxisStates[]): void {
  for (const { pieces, states } of axes) {
    writePieces(writer, pieces.length, (each) => {
      for (const piece of pieces) each(piece);
    });
    for (const state of states) {
      for (const bytes of state) {
        writer.varint(bytes === null ? 0 : bytes.length);
        if (bytes !== null) writer.raw(bytes);
      }
    }
  }
}

/** Where the states of one entry lie in its bytes. One index serves many entries, one after another, in the same memory. */
export interface StateIndex {
  /**
   * Look at the payload in bytes[from, end): what is known of the entry before is gone.
   *
   * Throws   StateFormatError on bytes that are no such payload
   */
  open(bytes: Uint8Array, from: number, end: number): void;
  readonly axes: readonly AxisIndex[];
}

/** Elements behind the last piece, and states behind the last one's, are of entries before. */
export interface AxisIndex {
  /** Pieces that anything is in. */
  readonly count: number;
  /** Their numbers, ascending. */
  readonly pieces: Float64Array;
  /** At `state · count + piece` (its position, not its number): first byte, and the end. Equal = nothing is in it. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** @param statesOfAxis how many states each axis has */
export function stateIndex(statesOfAxis: readonly number[]): StateIndex {
  const reader = byteReader(new Uint8Array(0), 'an entry');
  const axes = statesOfAxis.map(
    (): Writable<AxisIndex> => ({
      count: 0,
      pieces: new Float64Array(0),
      starts: new Uint32Array(0),
      ends: new Uint32Array(0),
    }),
  );
  return {
    axes,
    open(bytes, from, end) {
      reader.open(bytes, from, end);
      for (let i = 0; i < axes.length; i++) readAxis(reader, axes[i]!, statesOfAxis[i]!);
      reader.end();
    },
  };
}

function readAxis(reader: ByteReader, axis: Writable<AxisIndex>, states: number): void {
  const count = reader.count(1 + states);
  if (axis.pieces.length < count) {
    axis.pieces = new Float64Array(2 * count);
    axis.starts = new Uint32Array(2 * count * states);
    axis.ends = new Uint32Array(2 * count * states);
  }
  axis.count = count;
  const { pieces, starts, ends } = axis;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const step = reader.varint();
    if (i > 0 && step === 0) reader.fail('pieces are out of order');
    before += step;
    pieces[i] = before;
  }
  for (let i = 0; i < count * states; i++) {
    const length = reader.varint();
    const start = reader.skip(length);
    starts[i] = start;
    ends[i] = start + length;
  }
}
