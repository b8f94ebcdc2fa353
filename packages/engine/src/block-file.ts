import { crc32 } from '@tessera/columnar';
import { formatCrc, NewFile } from '@tessera/lake';

/** Smaller pieces are copied together: to name one to the system, and to the checksum, costs as much as so many bytes. */
const SMALL_BYTES = 16_384;
/** What is copied is still in a core's cache when it is summed and written. */
const GATHERED_BYTES = 262_144;

/** Of a thread: a file is written from its first byte to its last before the next one is. */
let gathered: Uint8Array<ArrayBuffer> | null = null;

/** A new file of blocks, one behind the other. */
export class BlockFile {
  readonly #file: NewFile;
  readonly #isSummed: boolean;
  readonly #small = (gathered ??= new Uint8Array(GATHERED_BYTES));
  /** What is to be written, in order, up to the small pieces from `#from` to `#at`. */
  #waiting: Uint8Array[] = [];
  #from = 0;
  #at = 0;
  #crc = 0;
  #bytes = 0;

  /** @param isSummed a checksum is wanted */
  constructor(path: string, isSummed: boolean) {
    this.#file = new NewFile(path);
    this.#isSummed = isSummed;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Pieces of a block. Their memory may be used again afterwards. */
  add(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#bytes += part.length;
      if (part.length > SMALL_BYTES) {
        this.#cut();
        this.#waiting.push(part);
        continue;
      }
      if (this.#at + part.length > GATHERED_BYTES) this.#write();
      this.#small.set(part, this.#at);
      this.#at += part.length;
    }
    if (this.#waiting.length > 0) this.#write();
  }

  /** All of it is handed to the system. Returns its checksum, that of nothing where none is wanted. */
  end(): { readonly bytes: number; readonly crc: string } {
    this.#write();
    return { bytes: this.#bytes, crc: formatCrc(this.#crc) };
  }

  close(): void {
    this.#file.close();
  }

  #cut(): void {
    if (this.#at > this.#from) this.#waiting.push(this.#small.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #write(): void {
    this.#cut();
    if (this.#isSummed) for (const part of this.#waiting) this.#crc = crc32(part, this.#crc);
    this.#file.write(this.#waiting);
    this.#waiting = [];
    this.#from = 0;
    this.#at = 0;
  }
}
