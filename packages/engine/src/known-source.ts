import { relative } from 'node:path';
import { type SourceSpec, TesseraError } from '@tessera/api';
import {
  checkSchema,
  type FactsWanted,
  fileFacts,
  type FileFacts as LakeFile,
  listSource,
  type Session,
  type SourceListing,
} from '@tessera/lake';
import type { FileFacts } from '@tessera/planner';

/** A source that was looked at. */
export interface Known {
  readonly source: SourceSpec;
  readonly listing: SourceListing;
  readonly files: readonly LakeFile[];
  readonly filled: readonly string[];
}

/** List, stat and check one source; nothing but footers is read. */
export async function know(
  session: Session,
  source: SourceSpec,
  lake: string,
  keys: readonly string[],
  wanted: Pick<FactsWanted, 'recorded' | 'remembered'>,
): Promise<Known> {
  const listing = await listSource(source, lake);
  const files = await fileFacts(session, source, listing, { nullsOf: keys, ...wanted });
  if (listing.layout !== 'hive') checkLabel(source);
  const { filled } = checkSchema(source, files);
  return {
    source,
    listing,
    files,
    filled: filled.map(
      ({ column, files: lacking }) => `${column}: ${lacking.length} of ${files.length} files`,
    ),
  };
}

/** S1.2: `ds` is the label of a folder. Outside such folders a column of that name would be one thing or another. */
function checkLabel({ name, path, columns }: SourceSpec): void {
  if (columns.some((column) => column.name === 'ds'))
    throw new TesseraError('DS_WITHOUT_FOLDERS', { source: name, path });
}

/** Below the lake the name there, which is the same on every machine. */
export function plannerPath(path: string, lake: string): string {
  const inside = relative(lake, path);
  return inside.startsWith('..') ? path : inside;
}

/** A file in the planner's words. */
export function plannerFile(file: LakeFile, lake: string): FileFacts {
  return {
    path: plannerPath(file.path, lake),
    ds: file.ds,
    bytes: file.bytes,
    rows: file.rows,
    minTimeMs: file.timeMinMs,
    maxTimeMs: file.timeMaxMs,
    fingerprint: file.fingerprint,
    content: file.content,
    stat: file.stat,
    timeNulls: file.timeNulls,
    keyNulls: file.nulls,
  };
}
