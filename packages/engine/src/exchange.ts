import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Batch, decodeBatch, encodeBatchParts } from '@tessera/columnar';
import { makeFoldersNow, writeError } from '@tessera/lake';
import { BlockFile } from './block-file.js';
import type { Output } from './tasks/attempt-task.js';
import type { Section } from './tasks/task.js';

/**
 * Where tasks leave batches for later tasks: files of the run's temporary folder, or (tests, table literals) memory.
 * Names are written once and never changed; batches that were handed over are not changed either.
 */
export interface Exchange {
  /** Write batches one behind the other under one name; one section each. */
  write(name: string, batches: Iterable<Batch>): Section[];
  /** With `scratch` the batch lies in it and is good until it is used again. */
  read(section: Section, scratch?: Scratch): Batch;
  /** Path for a table file; null in memory. */
  path(name: string): string | null;
  /** A task begins: what is written from here on is its own. */
  begin(): void;
  /** What it wrote, with checksums where they are wanted. */
  written(): readonly Output[];
  /** Remove what it wrote: it is tried again. */
  discard(): void;
  /** A batch that was written is kept as it is, so its memory must not be used again. */
  readonly keepsBatches: boolean;
  /** Checksums are wanted: somebody records what tasks made. */
  readonly isRecorded: boolean;
}

/** Memory for one block, made larger as needed. */
export interface Scratch {
  bytes: Uint8Array;
}

/** First and last instant of a block that has a time lane; rows without a time do not count. */
function timeRange(batch: Batch): Pick<Section, 'minMs' | 'maxMs'> {
  const { t } = batch.columns;
  const values = t?.kind === 'f64' ? t.values : new Float64Array(0);
  return { minMs: leastOf(values), maxMs: greatestOf(values) };
}

// A loop each: V8 compiles a long loop before it has seen what follows, and throws that away when it comes to it.

function leastOf(values: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! < least) least = values[i]!;
  return least;
}

function greatestOf(values: Float64Array): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > greatest) greatest = values[i]!;
  return greatest;
}

function scratchOf(scratch: Scratch | undefined, bytes: number): Uint8Array {
  if (scratch === undefined) return new Uint8Array(bytes);
  if (scratch.bytes.length < bytes) scratch.bytes = new Uint8Array(Math.ceil(bytes * 1.25));
  return scratch.bytes.subarray(0, bytes);
}

/** @param isRecorded take checksums of what is written */
export function fileExchange(dir: string, isRecorded = false): Exchange {
  let outputs: Output[] = [];
  return {
    isRecorded,
    keepsBatches: false,
    begin() {
      outputs = [];
    },
    written: () => outputs,
    discard() {
      for (const { name } of outputs.splice(0)) rmSync(join(dir, name), { force: true });
    },
    write(name, batches) {
      const file = join(dir, name);
      const to = openNew(file, isRecorded);
      try {
        const sections: Section[] = [];
        for (const batch of batches) {
          const offset = to.bytes;
          to.add(encodeBatchParts(batch));
          const length = to.bytes - offset;
          sections.push({ name, offset, length, rows: batch.rows, ...timeRange(batch) });
        }
        outputs.push({ name, ...to.end() });
        return sections;
      } catch (cause) {
        rmSync(file, { force: true });
        throw writeError(file, cause);
      } finally {
        to.close();
      }
    },
    read(section, scratch) {
      const bytes = scratchOf(scratch, section.length);
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

function openNew(file: string, isSummed: boolean): BlockFile {
  try {
    makeFoldersNow(dirname(file));
    return new BlockFile(file, isSummed);
  } catch (cause) {
    throw writeError(file, cause);
  }
}

export function memoryExchange(): Exchange {
  const entries = new Map<string, Batch>();
  return {
    isRecorded: false,
    keepsBatches: true,
    begin: () => undefined,
    written: () => [],
    discard: () => undefined,
    write(name, batches) {
      return [...batches].map((batch, idx) => {
        const entry = `${name}#${idx}`;
        entries.set(entry, batch);
        return { name: entry, offset: 0, length: 0, rows: batch.rows, ...timeRange(batch) };
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
