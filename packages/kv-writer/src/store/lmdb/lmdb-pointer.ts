import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTesseraError, TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { formatPointer, NO_POINTER, type Pointer, parsePointer } from '../pointer.js';
import { lockFile } from './file-lock.js';
import { readText, replaceFile } from './files.js';

const pointerPath = (unitFolder: string): string => join(unitFolder, 'CURRENT');

/** Throws STORE_DAMAGED. */
export async function readPointer(unitFolder: string, store: string): Promise<Pointer> {
  const path = pointerPath(unitFolder);
  const text = await readText(path);
  if (text === null) return NO_POINTER;
  const pointer = parsePointer(text);
  if (pointer !== null) return pointer;
  throw new TesseraError(
    'STORE_DAMAGED',
    { store, reason: `${path} names no version` },
    { hint: 'Remove that file and upload again.' },
  );
}

export async function writePointer(unitFolder: string, pointer: Pointer): Promise<void> {
  await replaceFile(pointerPath(unitFolder), `${formatPointer(pointer)}\n`, {
    written: () => fault('pointer.written'),
    replaced: () => fault('pointer.replaced'),
  });
}

const PATIENCE_MS = 30_000;

/**
 * Do something for which nobody else may change the pointer. Unlike the lock of uploads this one is held for moments, and
 * waited for: a rollback must not wait for the end of an upload.
 *
 * Throws  UPLOAD_LOCKED after 30 s; what `change` throws
 */
export async function switching<T>(
  unitFolder: string,
  locked: { readonly unit: string; readonly store: string },
  change: () => Promise<T>,
): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const lock = await lockFile(join(unitFolder, '_switch'), 'a switch of versions', locked);
      try {
        return await change();
      } finally {
        await lock.release();
      }
    } catch (cause) {
      if (!isTesseraError(cause) || cause.code !== 'UPLOAD_LOCKED') throw cause;
      if (Date.now() > untilMs) throw cause;
      await sleep(10 + 20 * Math.random());
    }
  }
}
