import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

const buffer = new Uint8Array(1 << 20);

/**
 * Read files, so that who is timed next does not wait for the disk: between two of its turns others work for minutes, and the
 * system forgets what nobody asks for.
 */
export function intoPageCache(paths: Iterable<string>): void {
  for (const path of paths) readThrough(path);
}

/** What is gone, or may not be read, is nobody's to wait for. */
function readThrough(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    while (readSync(file, buffer) > 0);
  } finally {
    closeSync(file);
  }
}

/** Parquet below a folder. */
export function parquetBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.parquet'))
    .map((path) => join(folder, path));
}

/** Files that a process has mapped: its program and its libraries; empty where the kernel does not say. */
export function mappedFiles(pid: number): string[] {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    return [...new Set(maps.match(/\/\S.*$/gm) ?? [])].filter((path) => !NO_FILE.test(path));
  } catch {
    return [];
  }
}

const NO_FILE = /^\/(?:dev|proc|memfd:|SYSV)|\(deleted\)$/;
