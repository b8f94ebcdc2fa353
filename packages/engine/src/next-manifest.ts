import { formatType, type OutputColumn } from '@tessera/api';
import { MANIFEST_FORMAT, type Manifest, type ManifestPartition } from '@tessera/lake';
import {
  type InputFile,
  isSameFile,
  type LakeFacts,
  mergeRuns,
  type PhysicalPlan,
  positionsOf,
  type Relocation,
  relocate,
  relocation,
} from '@tessera/planner';
import { ENGINE_VERSION, SEMANTICS_VERSION } from './version.js';

/** Partitions, and the list that their `files` are positions in. */
export interface Listed {
  readonly files: readonly InputFile[];
  readonly partitions: readonly (readonly [ds: string, partition: ManifestPartition])[];
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
  lists: readonly Listed[],
): Manifest {
  return {
    format: MANIFEST_FORMAT,
    engine: ENGINE_VERSION,
    semantics: SEMANTICS_VERSION,
    name: plan.name,
    definitionHash: plan.definitionHash,
    columns: columns.map(({ name, type, hash }) => ({ name, type: formatType(type), hash })),
    ...oneList(lists),
  };
}

function relocated(partition: ManifestPartition, places: Relocation): ManifestPartition {
  const { files, labels } = partition;
  return {
    ...partition,
    files: relocate(files, places),
    ...(labels && { labels: { ...labels, features: relocate(labels.features, places) } }),
  };
}

/** Files of any partition once each, in order, and all partitions naming them by position there. */
export function oneList(lists: readonly Listed[]): Pick<Manifest, 'files' | 'partitions'> {
  const unique = new Map<string, InputFile>();
  const keysOf = lists.map(({ files, partitions }) => {
    const keys = new Array<string | undefined>(files.length);
    const used = mergeRuns(partitions.flatMap(([, partition]) => partition.files));
    for (const at of positionsOf(used)) {
      const file = files[at]!;
      const key = [file.path, file.fingerprint, file.content, file.stat].join('\n');
      keys[at] = key;
      unique.set(key, file);
    }
    return keys;
  });
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1));
  const positions = new Map(sorted.map(([key], at) => [key, at]));
  const partitions = lists.flatMap(({ partitions: own }, idx) => {
    const to = keysOf[idx]!.map((key) => (key === undefined ? -1 : positions.get(key)!));
    const places = relocation(Int32Array.from(to));
    return own.map(([ds, one]) => [ds, relocated(one, places)] as const);
  });
  return { files: sorted.map(([, file]) => file), partitions: Object.fromEntries(partitions) };
}
