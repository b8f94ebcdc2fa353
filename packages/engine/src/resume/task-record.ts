import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from '@tessera/columnar';
import {
  checksumFile,
  fault,
  formatCrc,
  makeFolder,
  removeTree,
  TASK_RECORD,
  writeError,
} from '@tessera/lake';
import type { Output } from '../tasks/attempt-task.js';
import type { Task } from '../tasks/task.js';

/**
 * The finished tasks of a run, kept beside what they made, so that the next run need not do them again:
 *
 *   <staging>/tasks.log     a line for the run, then one per finished task: CRC-32, space, JSON
 *            /…             what the tasks made
 *
 * A task is known by what it is told to do: all of its message, in a run that is known by all that its plan was made of. Its
 * outputs count only if they are there with the bytes that were written. A line that was cut short counts as none.
 */
export interface TaskRecord {
  /** What a task answered, if it was finished and what it made is there, whole. */
  find(task: Task): Promise<{ readonly result: unknown } | null>;
  /** Throws DISK_FULL, NOT_WRITABLE. */
  add(task: Task, result: unknown, outputs: readonly Output[]): void;
  /** Tasks that were found so far. */
  found(): number;
  close(): void;
}

/** Raised when lines, or what tasks leave, change their layout. */
const RECORD_FORMAT = 1;

interface Header {
  readonly format: number;
  readonly run: string;
  readonly since: string;
}

interface Line {
  readonly key: string;
  /** v8's serialization in base64: JSON has no infinities. */
  readonly result: string;
  readonly outputs: readonly (readonly [name: string, bytes: number, crc: string])[];
}

/** A record as it lies there, without what was cut short. */
interface Found {
  readonly header: Header;
  readonly lines: ReadonlyMap<string, Line>;
  /** Of the part that is whole. */
  readonly bytes: number;
}

/**
 * Go on with the record of a run, or begin one where there is none or it is of another run. Files that no finished task made
 * are removed. The caller holds the lock.
 *
 * @param folder what tasks make lies in it
 * @param run    what the run is known by
 * Throws        NOT_WRITABLE, DISK_FULL
 */
export async function openTaskRecord(folder: string, run: string): Promise<TaskRecord> {
  const path = join(folder, TASK_RECORD);
  const before = readRecord(path);
  const known = before?.header.run === run ? before : null;
  const kept = new Set([TASK_RECORD]);
  for (const { outputs } of known?.lines.values() ?? [])
    for (const [name] of outputs) kept.add(name);
  await removeOthers(folder, '', known === null ? new Set() : kept);
  await makeFolder(folder);
  let fd = -1;
  try {
    if (known !== null) truncateSync(path, known.bytes);
    fd = openSync(path, 'a');
    if (known === null) {
      const header: Header = { format: RECORD_FORMAT, run, since: new Date().toISOString() };
      writeSync(fd, lineOf(header));
    }
  } catch (cause) {
    if (fd >= 0) closeSync(fd);
    throw writeError(path, cause);
  }
  let found = 0;
  return {
    async find(task) {
      const line = known?.lines.get(keyOf(task));
      if (line === undefined) return null;
      if (!(await areThere(folder, line.outputs))) {
        // It is done again, and would find the remains in its way.
        for (const [name] of line.outputs) await removeTree(join(folder, name));
        return null;
      }
      found++;
      return { result: deserialize(Buffer.from(line.result, 'base64')) };
    },
    add(task, result, outputs) {
      const line: Line = {
        key: keyOf(task),
        result: serialize(result).toString('base64'),
        outputs: outputs.map(({ name, bytes, crc }) => [
          isAbsolute(name) ? relative(folder, name) : name,
          bytes,
          crc,
        ]),
      };
      try {
        writeSync(fd, lineOf(line));
      } catch (cause) {
        throw writeError(path, cause);
      }
      fault('task.recorded', task.type);
    },
    found: () => found,
    close: () => closeSync(fd),
  };
}

/** How many tasks of a run are finished, as its record tells; nothing is checked or changed. Null = of any run. */
export function finishedTasks(folder: string, run: string | null): number {
  const found = readRecord(join(folder, TASK_RECORD));
  return found === null || (run !== null && found.header.run !== run) ? 0 : found.lines.size;
}

const keys = new WeakMap<Task, string>();

function keyOf(task: Task): string {
  const known = keys.get(task);
  if (known !== undefined) return known;
  const key = createHash('md5').update(JSON.stringify(task)).digest('hex');
  keys.set(task, key);
  return key;
}

function lineOf(value: object): string {
  const json = JSON.stringify(value);
  return `${formatCrc(crc32(Buffer.from(json)))} ${json}\n`;
}

function readRecord(path: string): Found | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  let header: Header | null = null;
  const lines = new Map<string, Line>();
  let bytes = 0;
  for (const line of text.split('\n')) {
    const json = line.slice(9);
    if (line.length < 10 || formatCrc(crc32(Buffer.from(json))) !== line.slice(0, 8)) break;
    // Its checksum says that we wrote it.
    const value = JSON.parse(json) as Header | Line;
    if ('run' in value) header = value;
    else lines.set(value.key, value);
    bytes += Buffer.byteLength(line) + 1;
  }
  return header?.format === RECORD_FORMAT ? { header, lines, bytes } : null;
}

async function areThere(folder: string, outputs: Line['outputs']): Promise<boolean> {
  for (const [name, bytes, crc] of outputs) {
    const now = await checksumFile(join(folder, name)).catch(() => null);
    if (now?.bytes !== bytes || now.crc !== crc) return false;
  }
  return true;
}

/** Remove the files of a folder that are not named, with folders that are empty then. */
async function removeOthers(folder: string, below: string, kept: ReadonlySet<string>) {
  const items = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  for (const item of items) {
    const name = join(below, item.name);
    const isFolder = item.isDirectory();
    if (isFolder && [...kept].some((one) => one.startsWith(`${name}/`)))
      await removeOthers(folder, name, kept);
    else if (isFolder || !kept.has(name)) await removeTree(join(folder, name));
  }
}
