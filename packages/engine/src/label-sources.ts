import {
  combineProblems,
  featureReads,
  type GroupBySpec,
  type JoinSpec,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import { readManifest, type SourceListing } from '@tessera/lake';

/** What labels produced in a folder that is a training set, by its manifest; a file of that name that is none tells nothing. */
async function labelsIn({ path, layout }: SourceListing): Promise<ReadonlySet<string>> {
  const manifest = layout === 'hive' ? await readManifest(path).catch(() => null) : null;
  if (manifest === null) return new Set();
  const counts = Object.values(manifest.partitions).map(({ labels }) => labels?.until.length ?? 0);
  const labels = counts.reduce((most, count) => Math.max(most, count), 0);
  // S2.7: a column each, the last ones.
  return new Set(manifest.columns.slice(manifest.columns.length - labels).map(({ name }) => name));
}

/**
 * S2.7: no feature reads what a label produced, wherever the training set that holds it was linked, moved or copied to. By
 * their paths those in place were told when they were defined.
 *
 * Throws   LABEL_LEAK, all together
 */
export async function checkLabelSources(
  spec: JoinSpec | GroupBySpec,
  listingOf: (source: SourceSpec) => SourceListing,
): Promise<void> {
  const problems: TesseraError[] = [];
  const known = new Map<SourceListing, ReadonlySet<string>>();
  for (const { at, source, columns } of featureReads(spec)) {
    const listing = listingOf(source);
    const labels = known.get(listing) ?? (await labelsIn(listing));
    known.set(listing, labels);
    for (const column of new Set(columns)) {
      if (!labels.has(column)) continue;
      const { name, path } = source;
      problems.push(new TesseraError('LABEL_LEAK', { source: name, path, column }, { at }));
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
}
