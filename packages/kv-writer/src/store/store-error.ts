import { TesseraError } from '@tessera/api';
import type { Loaded, Store, VersionMeta } from './store.js';

type Place = Pick<Store, 'where'>;

export function notUploaded({ where }: Place, unit: string, version?: string): TesseraError {
  return new TesseraError('NOT_UPLOADED', { unit, store: where, ...(version && { version }) });
}

export function versionInUse({ where }: Place, unit: string, version: string): TesseraError {
  return new TesseraError('VERSION_IN_USE', { unit, version, store: where });
}

export function nothingToRollBack({ where }: Place, unit: string): TesseraError {
  return new TesseraError('NOTHING_TO_ROLL_BACK', { unit, store: where });
}

/** A reader was asked after it was closed. */
export function closedReader(store: string): TesseraError {
  return new TesseraError('STORE_UNAVAILABLE', { store, reason: 'the reader is closed' });
}

export function versionGone({ where }: Place, unit: string, version: string): TesseraError {
  return new TesseraError('STORE_VERSION_GONE', { unit, version, store: where });
}

/** Throws UPLOAD_NOT_VERIFIED where what is stored is not what was to be stored. */
export function checkStored(
  { where }: Place,
  meta: VersionMeta,
  stored: Omit<Loaded, 'resumedEntries'>,
): void {
  const { unit, version } = meta;
  const reason =
    stored.entries !== meta.entries
      ? `it holds ${stored.entries} entries, and ${meta.entries} were written`
      : stored.bytes !== meta.bytes || stored.checksum !== meta.checksum
        ? 'entries are not as they were written'
        : null;
  if (reason === null) return;
  throw new TesseraError('UPLOAD_NOT_VERIFIED', { unit, version, store: where, reason });
}
