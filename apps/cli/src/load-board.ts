/**
 * What is being loaded, written where another thread sees it without being sent anything: a message for each of a thousand
 * files takes longer than most of them do.
 *
 *   turn   bytes   text …
 *   i32    i32     UTF-8 of the file's name; 0 bytes = nothing is being loaded
 */
export type LoadBoard = SharedArrayBuffer;

const HEAD_BYTES = 8;
const TEXT_BYTES = 8192;
/** How often the board is looked at. */
export const POLL_MS = 250;

const encoder = new TextEncoder();

export function createBoard(): LoadBoard {
  return new SharedArrayBuffer(HEAD_BYTES + TEXT_BYTES);
}

/** Something else is being loaded now, or nothing. */
export function writeBoard(board: LoadBoard, file: string | null): void {
  const head = new Int32Array(board, 0, 2);
  Atomics.store(head, 1, 0);
  let bytes = 0;
  if (file !== null) {
    const text = encoder.encode(file).subarray(0, TEXT_BYTES);
    new Uint8Array(board, HEAD_BYTES).set(text);
    bytes = text.length;
  }
  Atomics.add(head, 0, 1);
  Atomics.store(head, 1, bytes);
}

/** `turn` is another number each time that something was written. */
export function readBoard(board: LoadBoard): {
  readonly turn: number;
  readonly file: string | null;
} {
  const head = new Int32Array(board, 0, 2);
  const turn = Atomics.load(head, 0);
  const bytes = Atomics.load(head, 1);
  const text = Buffer.from(new Uint8Array(board, HEAD_BYTES, bytes)).toString('utf8');
  return { turn, file: bytes === 0 ? null : text };
}
