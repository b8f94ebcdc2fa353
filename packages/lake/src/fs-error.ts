import { isTesseraError, TesseraError } from '@tessera/api';

/** A failed write as DISK_FULL or NOT_WRITABLE naming the path. */
export function writeError(path: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new TesseraError('DISK_FULL', { path }, { cause });
  return new TesseraError('NOT_WRITABLE', { path, reason: reasonOf(cause) }, { cause });
}

/** A failed read as PATH_MISSING or FILE_UNREADABLE naming the path. */
export function readError(path: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  if (codeOf(cause) === 'ENOENT') return new TesseraError('PATH_MISSING', { path }, { cause });
  return new TesseraError('FILE_UNREADABLE', { path, reason: reasonOf(cause) }, { cause });
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
