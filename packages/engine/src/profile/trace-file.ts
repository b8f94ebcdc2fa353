import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { TesseraError } from '@tessera/api';
import { moveFile, NewFile, writeError } from '@tessera/lake';
import type { TraceEvent } from './trace.js';

const HEAD = '{"traceEvents":[\n';

/**
 * Whether a run can leave a timeline there: in a folder that is, in no place of something else.
 *
 * @param path   absolute
 * @param option as the caller calls it
 * Throws        BAD_OPTION
 */
export function checkTracePath(path: string, option: string): void {
  const refuse = (reason: string) => {
    throw new TesseraError('BAD_OPTION', { option, reason });
  };
  const folder = dirname(path);
  const there = statOf(path);
  if (!statOf(folder)?.isDirectory()) refuse(`cannot be written: there is no folder ${folder}`);
  if (there !== null && !there.isFile()) refuse(`names what is no file: ${path}`);
  if (there !== null && there.size > 0 && !isTrace(path))
    refuse(`would replace a file that is no timeline: ${path}`);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    refuse(`cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Whether it begins as traces of ours do. */
function isTrace(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(HEAD.length);
      readSync(fd, bytes);
      return bytes.toString() === HEAD;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Events that are written together. */
const AT_ONCE = 1000;

/** Write a timeline, an event a line: whole or not at all. What was there is replaced. Throws DISK_FULL, NOT_WRITABLE. */
export async function writeTrace(path: string, events: Iterable<TraceEvent>): Promise<void> {
  const half = `${path}.${process.pid}.tmp`;
  try {
    rmSync(half, { force: true });
    writeLines(new NewFile(half), events);
    await moveFile(half, path);
  } catch (cause) {
    rmSync(half, { force: true });
    throw writeError(path, cause);
  }
}

function writeLines(to: NewFile, events: Iterable<TraceEvent>): void {
  try {
    let text = HEAD;
    let lines = 0;
    for (const event of events) {
      text += `${lines++ === 0 ? '' : ',\n'}${JSON.stringify(event)}`;
      if (lines % AT_ONCE > 0) continue;
      to.write([Buffer.from(text)]);
      text = '';
    }
    to.write([Buffer.from(`${text}\n],"displayTimeUnit":"ms"}\n`)]);
  } finally {
    to.close();
  }
}
