import { TesseraError } from '@tessera/api';
import { readError } from '../fs-error.js';
import { mapLimited } from '../map-limited.js';
import { type QuickFile, withQuickFile } from '../quick-fs.js';
import { readFooterBytes, readTail, TRAILER_BYTES } from '../read-tail.js';
import { BadFooter, type Footer, readFooter } from './footer.js';
import { checkPages } from './pages.js';

/**
 * Is a file's metadata such that DuckDB may be let at it? A damaged footer is told by the file and a reason.
 *
 * @param first is given the file before anything of it is judged
 * Throws  FILE_UNREADABLE, PATH_MISSING, what `first` throws
 * Cost    one read of the file's last 16 kB
 */
export async function checkFooter(
  path: string,
  first: (file: QuickFile) => Promise<void> = async () => undefined,
): Promise<Footer> {
  return looking(path, async (file) => {
    await first(file);
    return footerOf(file);
  });
}

/**
 * The same, and the headers of all pages of some columns (all leaves of those that are nested).
 *
 * Cost    one small read per page
 */
export async function checkParquet(path: string, columns: readonly string[]): Promise<void> {
  const wanted = new Set(columns);
  await looking(path, async (file) => {
    const { leaves, rowGroups } = await footerOf(file);
    for (const { chunks } of rowGroups) {
      const own = chunks.flatMap((chunk, idx) => {
        const leaf = leaves[idx]!;
        return wanted.has(leaf.path[0]!) ? [{ chunk, leaf }] : [];
      });
      await mapLimited(own, 4, ({ chunk, leaf }) => checkPages(file.read, chunk, leaf));
    }
  });
}

async function looking<R>(path: string, work: (file: QuickFile) => Promise<R>): Promise<R> {
  try {
    return await withQuickFile(path, work);
  } catch (cause) {
    if (!(cause instanceof BadFooter)) throw readError(path, cause);
    throw new TesseraError(
      'FILE_UNREADABLE',
      { path, reason: cause.message },
      { hint: 'The file is damaged: write it again, or remove it.' },
    );
  }
}

async function footerOf(file: QuickFile): Promise<Footer> {
  const { size } = file;
  if (size < TRAILER_BYTES + 4) throw new BadFooter(`it has only ${size} bytes`);
  const head = await file.read(0, 4);
  if (head.toString('latin1') !== 'PAR1')
    throw new BadFooter('it does not begin as a Parquet file does');
  const tail = await readTail(file);
  const magic = tail.toString('latin1', tail.length - 4);
  const length = magic === 'PAR1' ? tail.readUInt32LE(tail.length - TRAILER_BYTES) : -1;
  if (length < 0 || length > size - TRAILER_BYTES - 4) {
    throw new BadFooter('it does not end as a Parquet file does');
  }
  const footer = await readFooterBytes(file, tail, length);
  return readFooter(footer, size - TRAILER_BYTES - length);
}
