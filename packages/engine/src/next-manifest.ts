import { formatType, type OutputColumn } from '@tessera/api';
import { MANIFEST_FORMAT, type Manifest, type ManifestPartition } from '@tessera/lake';
import { type InputFile, isSameFile, type LakeFacts, type PhysicalPlan } from '@tessera/planner';
import { ENGINE_VERSION, SEMANTICS_VERSION } from './version.js';

/** A partition with its inputs themselves in place of their positions. */
export type Entry = Omit<ManifestPartition, 'files'> & { readonly inputs: readonly InputFile[] };

/** Partitions of a manifest as entries. */
export function entriesOf(manifest: Manifest | null): Map<string, Entry> {
  const entries = Object.entries(manifest?.partitions ?? {}).map(([ds, { files, ...rest }]) => {
    const inputs = files.flatMap((at) => manifest?.files[at] ?? []);
    return [ds, { ...rest, inputs }] as const;
  });
  return new Map(entries);
}

/** What a manifest says of the lake, brought up to what was seen now: a file that was only touched has other times. */
export function seenNow(facts: LakeFacts): (file: InputFile) => InputFile {
  const now = new Map<string, InputFile>();
  for (const { files } of Object.values(facts.sources))
    for (const { path, fingerprint, content, stat } of files)
      now.set(path, { path, fingerprint, content, stat });
  return (file) => {
    const found = now.get(file.path);
    return found !== undefined && isSameFile(file, found)
      ? { ...found, content: found.content ?? file.content }
      : file;
  };
}

/** The manifest of these partitions. It does not tell in which order, or by how many runs, they were made. */
export function manifestOf(
  plan: Pick<PhysicalPlan, 'name' | 'definitionHash'>,
  columns: readonly OutputColumn[],
  entries: ReadonlyMap<string, Entry>,
): Manifest {
  return {
    format: MANIFEST_FORMAT,
    engine: ENGINE_VERSION,
    semantics: SEMANTICS_VERSION,
    name: plan.name,
    definitionHash: plan.definitionHash,
    columns: columns.map(({ name, type, hash }) => ({ name, type: formatType(type), hash })),
    ...numbered(entries),
  };
}

/** Files once each, in order, and partitions that name them by position. */
export function numbered(
  entries: ReadonlyMap<string, Entry>,
): Pick<Manifest, 'files' | 'partitions'> {
  const keyOf = ({ path, fingerprint, content, stat }: InputFile) =>
    [path, fingerprint, content, stat].join('\n');
  const unique = new Map(
    [...entries.values()].flatMap(({ inputs }) => inputs).map((file) => [keyOf(file), file]),
  );
  const files = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  const positions = new Map(files.map((file, at) => [keyOf(file), at]));
  const partitions = [...entries].map(([ds, { inputs, ...rest }]) => {
    const at = inputs.flatMap((file) => positions.get(keyOf(file)) ?? []);
    return [ds, { ...rest, files: at.sort((a, b) => a - b) }] as const;
  });
  return { files, partitions: Object.fromEntries(partitions) };
}
