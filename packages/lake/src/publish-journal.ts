import { join } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';
import { readText, replaceFile } from './durable.js';
import { formatManifest, type Manifest, parseManifest } from './manifest.js';

/** Raised when the layout of the journal changes; another one is not read. */
const JOURNAL_FORMAT = 1;

/**
 * What a publish is about to do, written before it does any of it: from then on it counts as done, and whoever comes next
 * finishes it. Until then nothing of it counts.
 */
export interface PublishJournal {
  /** Name of the run's folder below `_staging`. */
  readonly run: string;
  /** Staged partitions and their size: each is moved to its place. */
  readonly moves: Readonly<Record<string, number>>;
  /** Partitions whose copies in other formats no longer tell what is so. */
  readonly stale: readonly string[];
  /** The manifest when all is done. */
  readonly manifest: Manifest;
}

export function journalPath(dataset: string): string {
  return join(dataset, '_publish.json');
}

/** The publish that was begun and not finished, or null. Throws FILE_UNREADABLE saying what is wrong with it. */
export async function readJournal(dataset: string): Promise<PublishJournal | null> {
  const path = journalPath(dataset);
  const text = await readText(path);
  if (text === null) return null;
  try {
    return parseJournal(JSON.parse(text));
  } catch (cause) {
    if (isTesseraError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TesseraError(
      'FILE_UNREADABLE',
      { path, reason },
      { hint: '`tessera doctor` clears it away: what it does not tell is built again.', cause },
    );
  }
}

/** From here on the publish counts. Throws DISK_FULL, NOT_WRITABLE. */
export async function writeJournal(dataset: string, journal: PublishJournal): Promise<void> {
  const { run, moves, stale, manifest } = journal;
  const text = `{
  "format": ${JOURNAL_FORMAT},
  "run": ${JSON.stringify(run)},
  "moves": ${JSON.stringify(moves)},
  "stale": ${JSON.stringify(stale)},
  "manifest": ${formatManifest(manifest)}}
`;
  await replaceFile(journalPath(dataset), text, 'journal');
}

function parseJournal(value: unknown): PublishJournal {
  const { format, run, moves, stale, manifest } = (value ?? {}) as Record<string, unknown>;
  if (format !== JOURNAL_FORMAT) {
    throw new Error(
      `its format is ${JSON.stringify(format)}, this version reads ${JOURNAL_FORMAT}`,
    );
  }
  // A name becomes a folder's.
  if (typeof run !== 'string' || !/^[\w-]+$/.test(run)) throw new Error('it names no run');
  if (!isSizes(moves) || !isTexts(stale)) throw new Error('it does not say what is moved');
  return { run, moves, stale, manifest: parseManifest(manifest) };
}

function isSizes(value: unknown): value is Record<string, number> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((bytes) => Number.isSafeInteger(bytes))
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
