import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Section } from './tasks/task.js';

/**
 * Where tasks leave blocks for later tasks: files of the run's temporary folder, or (tests, table literals) memory. Names
 * are written once and never changed.
 */
export interface Exchange {
  /** Write blocks one behind the other under one name; one section each. */
  write(name: string, blocks: readonly Uint8Array[]): Section[];
  read(section: Section): Uint8Array;
  /** Path for a table file; null in memory. */
  path(name: string): string | null;
}

export function fileExchange(dir: string): Exchange {
  return {
    write(name, blocks) {
      const file = join(dir, name);
      mkdirSync(dirname(file), { recursive: true });
      const fd = openSync(file, 'wx');
      try {
        const sections: Section[] = [];
        let offset = 0;
        for (const block of blocks) {
          for (let at = 0; at < block.length; ) at += writeSync(fd, block, at, block.length - at);
          sections.push({ name, offset, length: block.length });
          offset += block.length;
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
          if (got === 0)
            throw new Error(`${section.name} ends before ${section.offset + section.length}`);
          at += got;
        }
        return bytes;
      } finally {
        closeSync(fd);
      }
    },
    path: (name) => join(dir, name),
  };
}

export function memoryExchange(): Exchange {
  const entries = new Map<string, Uint8Array>();
  return {
    write(name, blocks) {
      return blocks.map((block, idx) => {
        const entry = `${name}#${idx}`;
        entries.set(entry, block);
        return { name: entry, offset: 0, length: block.length };
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
