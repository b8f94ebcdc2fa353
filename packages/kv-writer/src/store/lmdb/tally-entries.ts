import type { RootDatabase } from 'lmdb';
import { addEntry, addWords, newTally, type Tally } from '../checksum.js';
import { isLong, logicalEntry } from './physical-key.js';

/** Between two parts of a long scan the process answers to others. */
const AT_ONCE = 20_000;

/**
 * Count all entries, in the memory into which the binding copies each, one after the other: to make a Buffer of every key and
 * value took longer than everything else.
 *
 * Throws  what LMDB does
 */
export async function tallyOf(root: RootDatabase): Promise<Tally> {
  const tally = newTally();
  const [keyAt, valueAt] = [new Place(), new Place()];
  const options = {
    name: 'entries',
    keyEncoder: {
      writeKey(key: Uint8Array, target: Buffer, start: number) {
        target.set(key, start);
        return start + key.length;
      },
      // What comes out as a key is a place of it, which the types cannot say.
      readKey: (source: Buffer, start: number, end: number) =>
        keyAt.set(source, start, end - start) as unknown as Uint8Array,
    },
    encoder: {
      encode: (value: Place) => value.bytes(),
      // The binding tells the length beside what may be a longer buffer.
      decode: (source: Buffer, size = source.length) => valueAt.set(source, 0, Number(size)),
    },
  };
  const entries = root.openDB<Place, Uint8Array>(options);
  // Without a start the binding would leave out what it takes for its own.
  for (const { value } of entries.getRange({ start: Buffer.from([0]) })) {
    const key = keyAt;
    if (key.isAtWord && value.isAtWord && !isLong(key)) {
      addWords(tally, key.words, key.word, key.length, value.words, value.word, value.length);
    } else {
      const entry = logicalEntry(key.bytes(), value.bytes());
      if (entry === null) throw new Error('a long key without its value');
      addEntry(tally, entry.key, entry.value);
    }
    if (tally.entries % AT_ONCE === 0) await new Promise(setImmediate);
  }
  return tally;
}

/** Bytes in somebody else's memory, good until the next entry is read. */
class Place {
  source: Uint8Array = new Uint8Array(0);
  start = 0;
  length = 0;
  words: Uint32Array = new Uint32Array(0);
  word = 0;
  isAtWord = false;

  set(source: Uint8Array, start: number, length: number): this {
    if (this.words.buffer !== source.buffer) {
      this.words = new Uint32Array(source.buffer, 0, source.buffer.byteLength >>> 2);
    }
    const at = source.byteOffset + start;
    this.isAtWord = (at & 3) === 0 && at + length + 3 <= 4 * this.words.length;
    this.word = at >>> 2;
    this.source = source;
    this.start = start;
    this.length = length;
    return this;
  }

  bytes(): Buffer {
    const { buffer, byteOffset } = this.source;
    return Buffer.from(buffer, byteOffset + this.start, this.length);
  }
}
