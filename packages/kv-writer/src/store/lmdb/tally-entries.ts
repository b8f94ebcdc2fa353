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
  const key = new Place();
  const value = new Place();
  const options = {
    name: 'entries',
    keyEncoder: {
      writeKey(bytes: Uint8Array, target: Buffer, start: number) {
        target.set(bytes, start);
        return start + bytes.length;
      },
      // Nobody asks for what comes out: it is looked at in its place.
      readKey(source: Buffer, start: number, end: number) {
        key.set(source, start, end - start);
        return NOTHING;
      },
    },
    encoder: {
      encode: () => NOTHING,
      // The binding tells the length beside what may be a longer buffer.
      decode(source: Buffer, size: unknown = source.length) {
        value.set(source, 0, Number(size));
        return NOTHING;
      },
    },
  };
  const entries = root.openDB<Uint8Array, Uint8Array>(options);
  // Without a start the binding would leave out what it takes for its own.
  for (const _ of entries.getRange({ start: Buffer.from([0]) })) {
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

const NOTHING = new Uint8Array(0);

/** Bytes in somebody else's memory, good until the next entry is read. */
class Place {
  length = 0;
  words: Uint32Array = new Uint32Array(0);
  /** Where in `words` they begin, if they begin at a word and do not end behind the last. */
  word = 0;
  isAtWord = false;
  private source: Uint8Array = NOTHING;
  private start = 0;

  set(source: Uint8Array, start: number, length: number): void {
    if (source !== this.source) {
      this.source = source;
      this.words = new Uint32Array(source.buffer, 0, source.buffer.byteLength >>> 2);
    }
    const at = source.byteOffset + start;
    this.start = start;
    this.length = length;
    this.word = at >>> 2;
    this.isAtWord = (at & 3) === 0 && at + length <= this.words.byteLength;
  }

  bytes(): Buffer {
    const { buffer, byteOffset } = this.source;
    return Buffer.from(buffer, byteOffset + this.start, this.length);
  }
}
