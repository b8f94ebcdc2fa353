import { closeSync, mkdirSync, openSync, readSync, writevSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Batch, decodeBatch, encodeBatchParts } from '@tessera/columnar';
import type { Section } from './tasks/task.js';

/**
 * Where tasks leave batches for later tasks: files of the run's temporary folder, or (tests, table literals) memory.
 * Names are written once and never changed; batches that were handed over are not changed either.
 */
export interface Exchange {
  /** Write batches one behind the other under one name; one section each. */
  write(name: string, batches: Iterable<Batch>): Section[];
  read(section: Section): Batch;
  /** Path for a table file; null in memory. */
  path(name: string): string | null;
}

export function fileExchange(dir: string): Exchange {
  return {
    write(name, batches) {
      const file = join(dir, name);
      mkdirSync(dirname(file), { recursive: true });
      const fd = openSync(file, 'wx');
      try {
        const sections: Section[] = [];
        let offset = 0;
        for (const batch of batches) {
          const length = writeAll(fd, encodeBatchParts(batch));
          sections.push({ name, offset, length });
          offset += length;
        }
        return sections;
      } finally {
        closeSync(fd);
      }
    },
    read(section) {
      const bytes = new Uint8Array(section.length);
      const fd = openSync(join(dir, section.name), 'r');
      try {
        for (let at = 0; at < section.length; ) {
          const got = readSync(fd, bytes, at, section.length - at, section.offset + at);
          if (got === 0) {
            throw new Error(`${section.name} ends before ${section.offset + section.length}`);
          }
          at += got;
        }
        return decodeBatch(bytes);
      } finally {
        closeSync(fd);
      }
    },
    path: (name) => join(dir, name),
  };
}

/** The system takes at most this many pieces in one gathering write. */
const PIECES_AT_ONCE = 1024;

/** Write pieces one behind the other; returns their length. A gathering write may stop anywhere. */
function writeAll(fd: number, parts: readonly Uint8Array[]): number {
  const left = parts.filter((part) => part.length > 0);
  let total = 0;
  let first = 0;
  while (first < left.length) {
    let written = writevSync(fd, left.slice(first, first + PIECES_AT_ONCE));
    total += written;
    while (first < left.length && written >= left[first]!.length) written -= left[first++]!.length;
    if (written > 0) left[first] = left[first]!.subarray(written);
  }
  return total;
}

export function memoryExchange(): Exchange {
  const entries = new Map<string, Batch>();
  return {
    write(name, batches) {
      return [...batches].map((batch, idx) => {
        const entry = `${name}#${idx}`;
        entries.set(entry, batch);
        return { name: entry, offset: 0, length: 0 };
      });
    },
    read(section) {
      const found = entries.get(section.name);
      if (!found) throw new Error(`no block ${section.name}`);
      return found;
    },
    path: () => null,
  };
}
