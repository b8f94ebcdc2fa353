/** A list that threads work through together: each takes the next one that nobody has. */
export type Turns = SharedArrayBuffer;

export function createTurns(): Turns {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The next position; at the end of the list and behind it there is nothing to do. */
export function takeTurn(turns: Turns): number {
  return Atomics.add(new Int32Array(turns), 0, 1);
}
