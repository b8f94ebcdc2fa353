import { isTesseraError, TesseraError } from '@tessera/api';

/** A failed write as DISK_FULL or NOT_WRITABLE naming the path. */
export function writeError(path: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const code = codeOf(cause);
  if (code === undefined)
    return new TesseraError('INTERNAL', { reason: reasonOf(cause) }, { cause });
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path);
  return new TesseraError('NOT_WRITABLE', { path, reason: reasonOf(cause) }, { cause });
}

/** The folder that filled its disk, without what a run made in it for a while. */
export function diskFull(path: string): TesseraError {
  const folder = path.replace(/[\\/](_staging|tessera-run-[0-9a-f-]{36})([\\/].*)?$/, '');
  return new TesseraError('DISK_FULL', { path: folder });
}

/** A failed read as PATH_MISSING or FILE_UNREADABLE naming the path. */
export function readError(path: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const code = codeOf(cause);
  // ENOTDIR: something on the way there is a file.
  if (code === 'ENOENT' || code === 'ENOTDIR') return new TesseraError('PATH_MISSING', { path });
  return new TesseraError('FILE_UNREADABLE', { path, reason: reasonOf(cause) }, { cause });
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
