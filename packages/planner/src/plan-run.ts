import {
  dayOf,
  definitionHash,
  formatDay,
  type GroupBySpec,
  hash128,
  type JoinSpec,
  type OutputColumn,
  type PartSpec,
  parseDay,
  type SourceSpec,
} from '@tessera/api';
import type {
  InputFile,
  LakeFacts,
  LeftPartitionFacts,
  PublishedFacts,
  SourceFacts,
} from './facts.js';
import { partFeatures, presenceFeatures, type ScanDraft } from './features.js';
import type {
  DictionaryPlan,
  FeaturePlan,
  KeySetPlan,
  LeftPlan,
  PartitionPlan,
  PhysicalPlan,
  QueryPlan,
  ScanPlan,
} from './plan.js';
import {
  type EventRange,
  eventRange,
  filesInRange,
  filesOfRepeats,
  snapshotDays,
} from './prune.js';

export interface PlanOptions {
  /** Requested number of key buckets; default from rows. */
  readonly buckets: number | null;
  readonly workers: number;
}

/** Events a bucket should hold at most on average: what a task sorts and sweeps comfortably in cache-friendly memory. */
const ROWS_PER_BUCKET = 1_000_000;
const SMALL_SCAN_ROWS = 200_000;

export function partName(part: PartSpec): string {
  return part.prefix === undefined ? part.groupBy.name : `${part.prefix}_${part.groupBy.name}`;
}

function isSnapshotKey(source: SourceSpec): boolean {
  return source.kind === 'entities' && source.static !== true;
}

function typeOf(source: SourceSpec, column: string) {
  const found = source.columns.find((c) => c.name === column);
  if (!found) throw new Error(`column ${column} is not in ${source.name}`);
  return found.type;
}

interface PartDraft {
  readonly part: PartSpec;
  readonly name: string;
  readonly scan: ScanDraft & { readonly parts: string[]; readonly queries: Map<string, QueryPlan> };
  readonly query: Omit<QueryPlan, 'name'>;
  readonly sourceId: string;
}

interface Draft {
  readonly keySets: Map<string, KeySetPlan>;
  readonly scans: Map<
    string,
    PartDraft['scan'] & {
      keySet: string;
      source: SourceSpec;
      sourceId: string;
      keys: string[];
      part: PartSpec;
    }
  >;
  readonly parts: PartDraft[];
}

/** Parts → key sets and scans; parts that read the same source under the same keys share one scan. */
function draftParts(
  parts: readonly PartSpec[],
  keyColumn: (key: { left: string; right: string }) => string,
  keySource: SourceSpec | null,
): Draft {
  const draft: Draft = { keySets: new Map(), scans: new Map(), parts: [] };
  for (const part of parts) {
    const { source } = part.groupBy;
    const byPartition = isSnapshotKey(source);
    const columns = part.keys.map(keyColumn);
    const types = part.keys.map((key) =>
      keySource ? typeOf(keySource, key.left) : typeOf(source, key.right),
    );
    const snapshotLagMs = byPartition ? part.lagMs : null;
    const keySetKey = JSON.stringify([columns, snapshotLagMs]);
    let keySet = draft.keySets.get(keySetKey);
    if (!keySet) {
      keySet = { id: `k${draft.keySets.size}`, columns, types, snapshotLagMs };
      draft.keySets.set(keySetKey, keySet);
    }
    const sourceId = definitionHash(source);
    const keys = part.keys.map((key) => key.right);
    const passThrough = part.groupBy.aggregations.length === 0;
    const timeless = source.kind === 'entities' && (passThrough || source.time === undefined);
    const scanKey = JSON.stringify([sourceId, keySet.id, keys, timeless, passThrough]);
    let scan = draft.scans.get(scanKey);
    if (!scan) {
      scan = {
        id: `s${draft.scans.size}`,
        lanes: new Map(),
        dictionaries: new Map(),
        tie: null,
        parts: [],
        queries: new Map(),
        keySet: keySet.id,
        source,
        sourceId,
        keys,
        part,
      };
      draft.scans.set(scanKey, scan);
    }
    scan.parts.push(partName(part));
    const query = {
      lagMs: part.lagMs,
      snapshot: source.kind === 'entities' || part.groupBy.accuracy === 'snapshot',
      inclusive: part.at === 'inclusive',
    };
    draft.parts.push({ part, name: partName(part), scan, query, sourceId });
  }
  return draft;
}

function queryName(scan: PartDraft['scan'], query: Omit<QueryPlan, 'name'>): string {
  const text = JSON.stringify(query);
  const known = scan.queries.get(text);
  if (known) return known.name;
  const name = `q${scan.queries.size}`;
  scan.queries.set(text, { name, ...query });
  return name;
}

function factsOf(facts: LakeFacts, sourceId: string): SourceFacts {
  const found = facts.sources[sourceId];
  if (!found) throw new Error(`no facts for source ${sourceId}`);
  return found;
}

/** Files one part may read for left rows whose queries lie in a range. */
function partFiles(
  part: PartDraft,
  facts: SourceFacts,
  minMs: number | null,
  maxMs: number | null,
): number[] {
  const { source } = part.part.groupBy;
  if (source.kind === 'entities') {
    if (source.static === true || minMs === null || maxMs === null)
      return facts.files.map((_, idx) => idx);
    const days = snapshotDays(part.query.lagMs, minMs, maxMs);
    return facts.files.flatMap((file, idx) =>
      file.ds === null || (file.ds >= days.first && file.ds <= days.last) ? [idx] : [],
    );
  }
  const range = eventRange(part.part, part.query, minMs, maxMs);
  return source.eventId === undefined ? filesInRange(facts, range) : filesOfRepeats(facts, range);
}

function inputFiles(
  parts: readonly PartDraft[],
  facts: LakeFacts,
  partition: LeftPartitionFacts,
  leftFacts: SourceFacts | null,
): InputFile[] {
  const read = new Map<string, string>();
  const note = (source: SourceFacts | null, idxs: readonly number[]) => {
    for (const idx of idxs) {
      const file = source?.files[idx];
      if (file) read.set(file.path, file.fingerprint);
    }
  };
  note(leftFacts, partition.fileIdx);
  for (const part of partition.timeless ? [] : parts) {
    const source = factsOf(facts, part.sourceId);
    note(source, partFiles(part, source, partition.minQueryMs, partition.maxQueryMs));
  }
  const sorted = [...read].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([path, fingerprint]) => ({ path, fingerprint }));
}

const hashOf = (files: readonly InputFile[]): string =>
  hash128(files.map(({ path, fingerprint }) => `${path}\n${fingerprint}`).join('\n'));

/** Why a partition is built, in words; null when it is up to date. The cause is named by its first file. */
function reasonToBuild(
  published: PublishedFacts | null,
  definition: string,
  ds: string,
  files: readonly InputFile[],
): string | null {
  const before = published?.partitions[ds];
  if (!published || before === undefined) return 'never built';
  if (before.lost) return 'its file is missing or damaged';
  if (published.definitionHash !== definition) return 'definition changed';
  if (before.inputs === hashOf(files)) return null;
  const known = new Map(
    before.files.map((at) => [published.files[at]?.path, published.files[at]?.fingerprint]),
  );
  const added = files.find(({ path }) => !known.has(path));
  if (added) return `input added: ${added.path}`;
  const changed = files.find(({ path, fingerprint }) => known.get(path) !== fingerprint);
  if (changed) return `input changed: ${changed.path}`;
  const now = new Set(files.map(({ path }) => path));
  const removed = [...known.keys()].find((path) => path !== undefined && !now.has(path));
  return `input removed: ${removed ?? 'unknown'}`;
}

function bucketCount(
  options: PlanOptions,
  scans: readonly ScanPlan[],
  facts: LakeFacts,
  leftRows: number,
): number {
  if (options.buckets !== null) return options.buckets;
  let rows = leftRows;
  for (const scan of scans) {
    const files = factsOf(facts, scan.sourceId).files;
    rows = Math.max(
      rows,
      scan.fileIdx.reduce((sum, idx) => sum + (files[idx]?.rows ?? 0), 0),
    );
  }
  if (rows <= SMALL_SCAN_ROWS) return 1;
  const wanted = Math.ceil(rows / ROWS_PER_BUCKET);
  return Math.min(256, Math.max(wanted, 2 * options.workers));
}

/** Without a row that has a time nothing is read. */
const asks = ({ rows, timeless }: LeftPartitionFacts): boolean => rows > 0 && timeless !== true;

/** Least and greatest query time of the partitions to build; null when one is unknown. */
function queryRange(partitions: readonly LeftPartitionFacts[]): {
  minMs: number | null;
  maxMs: number | null;
} {
  let minMs: number | null = Number.POSITIVE_INFINITY;
  let maxMs: number | null = Number.NEGATIVE_INFINITY;
  for (const partition of partitions) {
    if (!asks(partition)) continue;
    if (partition.minQueryMs === null || partition.maxQueryMs === null)
      return { minMs: null, maxMs: null };
    minMs = Math.min(minMs, partition.minQueryMs);
    maxMs = Math.max(maxMs, partition.maxQueryMs);
  }
  return minMs === Number.POSITIVE_INFINITY ? { minMs: null, maxMs: null } : { minMs, maxMs };
}

function scanRange(
  parts: readonly PartDraft[],
  minMs: number | null,
  maxMs: number | null,
): EventRange {
  let startMs: number | null = Number.POSITIVE_INFINITY;
  let endMs: number | null = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    const range = eventRange(part.part, part.query, minMs, maxMs);
    startMs = startMs === null || range.startMs === null ? null : Math.min(startMs, range.startMs);
    endMs = endMs === null || range.endMs === null ? null : Math.max(endMs, range.endMs);
  }
  return { startMs, endMs };
}

function finish(
  head: { kind: PhysicalPlan['kind']; name: string; definitionHash: string; left: LeftPlan },
  draft: Draft,
  features: readonly FeaturePlan[],
  facts: LakeFacts,
  leftFacts: SourceFacts | null,
  options: PlanOptions,
): PhysicalPlan {
  const partitions: PartitionPlan[] = facts.left.map((partition) => {
    const files = inputFiles(draft.parts, facts, partition, leftFacts);
    return {
      ds: partition.ds,
      fileIdx: partition.fileIdx,
      rows: partition.rows,
      inputFiles: files,
      inputs: hashOf(files),
      reason: reasonToBuild(facts.published, head.definitionHash, partition.ds, files),
    };
  });
  const toBuild = facts.left.filter((_, idx) => partitions[idx]?.reason !== null);
  const { minMs, maxMs } = queryRange(toBuild);
  const isAsked = toBuild.some(asks);
  const scans: ScanPlan[] = [];
  const dictionaries: DictionaryPlan[] = [];
  for (const scan of draft.scans.values()) {
    const parts = draft.parts.filter((part) => part.scan === scan);
    const source = factsOf(facts, scan.sourceId);
    const picked = new Set(
      isAsked ? parts.flatMap((part) => partFiles(part, source, minMs, maxMs)) : [],
    );
    const passThrough = scan.part.groupBy.aggregations.length === 0;
    const timeless =
      scan.source.kind === 'entities' && (passThrough || scan.source.time === undefined);
    const range =
      scan.source.kind === 'entities'
        ? { startMs: null, endMs: null }
        : scanRange(parts, minMs, maxMs);
    scans.push({
      id: scan.id,
      source: scan.source,
      sourceId: scan.sourceId,
      keySet: scan.keySet,
      keys: scan.keys,
      byPartition: isSnapshotKey(scan.source),
      ...range,
      fileIdx: [...picked].sort((a, b) => a - b),
      lanes: [...scan.lanes.values()],
      tie: scan.tie,
      queries: [...scan.queries.values()],
      uniqueKeys: passThrough && scan.source.kind === 'entities',
      timeless,
      parts: scan.parts,
    });
    for (const [id, dictionary] of scan.dictionaries) {
      dictionaries.push({ id, scan: scan.id, ...dictionary });
    }
  }
  const leftRows = toBuild.reduce((sum, partition) => sum + partition.rows, 0);
  return {
    ...head,
    keySets: [...draft.keySets.values()],
    scans,
    features,
    dictionaries,
    buckets: bucketCount(options, scans, facts, leftRows),
    partitions,
  };
}

/**
 * Turn a join and what is known of the lake into a physical plan. Pure: equal inputs give an equal plan.
 *
 * `columns` are the join's output columns in output order (`outputColumns(join)`).
 */
export function planJoin(
  join: JoinSpec,
  columns: readonly OutputColumn[],
  facts: LakeFacts,
  options: PlanOptions,
): PhysicalPlan {
  const draft = draftParts(join.parts, (key) => key.left, join.left);
  const features: FeaturePlan[] = [];
  for (const [partIdx, part] of draft.parts.entries()) {
    const own = columns.flatMap((column, outputIdx) =>
      column.partIdx === partIdx ? [{ column, outputIdx }] : [],
    );
    features.push(
      ...partFeatures(part.scan, part.part, part.name, own, queryName(part.scan, part.query)),
    );
  }
  const sourceId = definitionHash(join.left);
  const leftFacts = factsOf(facts, sourceId);
  const left: LeftPlan = { kind: 'source', source: join.left, sourceId, hive: leftFacts.hive };
  const head = {
    kind: 'train-set' as const,
    name: join.name,
    definitionHash: definitionHash(join),
    left,
  };
  return finish(head, draft, features, facts, leftFacts, options);
}

/**
 * Plan the stand-alone values of a groupBy: one row per key and day, evaluated at the midnight that ends the day (S3.4).
 */
export function planBackfill(
  groupBy: GroupBySpec,
  columns: readonly OutputColumn[],
  facts: LakeFacts,
  options: PlanOptions,
): PhysicalPlan {
  const part: PartSpec = {
    groupBy,
    keys: groupBy.keys.map((key) => ({ left: key, right: key })),
    lagMs: 0,
    at: 'strict',
    missing: 'error',
  };
  const draft = draftParts([part], (key) => key.right, null);
  const [drafted] = draft.parts;
  if (!drafted) throw new Error('a groupBy has one part');
  const query = queryName(drafted.scan, drafted.query);
  const own = columns.map((column, outputIdx) => ({ column, outputIdx }));
  const written = partFeatures(drafted.scan, part, groupBy.name, own, query);
  const features = [...written, ...presenceFeatures(drafted.scan, groupBy, written)];
  const left: LeftPlan = { kind: 'grid', keySet: 'k0' };
  const head = {
    kind: 'backfill' as const,
    name: groupBy.name,
    definitionHash: definitionHash(groupBy),
    left,
  };
  return finish(head, draft, features, facts, null, options);
}

/** Days between two labels, both inclusive. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  const [from, to] = [parseDay(first), parseDay(last)];
  if (from === null || to === null) return days;
  for (let day = from; day <= to; day++) days.push(formatDay(day));
  return days;
}

/** Days inside the scan's window without a partition (S1.2), from the source's first partition on. */
export function missingDays(facts: SourceFacts, range: EventRange): string[] {
  if (!facts.hive) return [];
  const have = new Set(facts.files.flatMap((file) => (file.ds === null ? [] : [file.ds])));
  const labels = [...have].filter((ds) => /^\d{4}-\d\d-\d\d$/.test(ds)).sort();
  const [firstLabel] = labels;
  const lastLabel = labels.at(-1);
  if (firstLabel === undefined || lastLabel === undefined) return [];
  const first = range.startMs === null ? firstLabel : formatDay(dayOf(range.startMs));
  const last = range.endMs === null ? lastLabel : formatDay(dayOf(range.endMs - 1));
  return daysBetween(first, last).filter((day) => !have.has(day));
}
