import { resolve } from 'node:path';
import {
  combineProblems,
  definitionHash,
  isTesseraError,
  type SourceSpec,
  type TesseraError,
} from '@tessera/api';
import { type FileFacts as LakeFile, type Relation, relationOf, type Session } from '@tessera/lake';
import type { InputFile, LakeFacts, PublishedFacts, SourceFacts } from '@tessera/planner';
import type { DayRange } from './days.js';
import { type Definition, groupBysOf, sourcesOf } from './definition.js';
import { checkExpressions } from './expressions/check-expressions.js';
import { opinionsOn } from './expressions/type-opinions.js';
import type { LakeFiles } from './inputs.js';
import { type Known, know, plannerFile, plannerPath } from './known-source.js';
import { checkLabelSources } from './label-sources.js';
import { dataEndMs, gridDays, leftPartitions } from './left-partitions.js';
import { rememberedFacts } from './remembered-facts.js';
import type { FilledColumns } from './report.js';
import { sum } from './sum.js';
import { filesOfTiles, NO_SETS, type TileSets } from './tiles/tile-sets.js';

export interface GatherOptions extends DayRange {
  /** Absolute. */
  readonly lake: string;
  /** Folder of what is remembered of files; default: nothing is. */
  readonly factsFolder?: string;
  /** Leave out who asks: days of the left, or of a groupBy by itself, and what only these must have. */
  readonly sourcesOnly?: boolean;
  /** Is told the rows of the left, or of a groupBy by itself, before other sources are looked at. */
  readonly onFirst?: (rows: number) => void;
}

/** Everything the planner may know, and how its file numbers become files again. */
export interface Gathered {
  readonly facts: LakeFacts;
  readonly filled: FilledColumns;
  readonly relation: (sourceId: string, fileIdx: readonly number[]) => Relation;
  /** The files themselves, as they were found. */
  readonly files: (sourceId: string, fileIdx: readonly number[]) => LakeFiles;
  readonly presentDays: (sourceId: string) => ReadonlySet<string | null>;
  /** Remember what was found for the next run. */
  readonly remember: () => Promise<void>;
  /** Absolute path of a file that the facts name. */
  readonly absolute: (path: string) => string;
}

/** Columns whose nulls a footer is asked about: keys under which any part reads the source, and those never null. */
function counted(
  definition: Definition,
  source: SourceSpec,
  isIt: (other: SourceSpec) => boolean,
): string[] {
  const keys = groupBysOf(definition).flatMap(({ source: own, keys }) => (isIt(own) ? keys : []));
  const never = source.columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  return [...new Set([...keys, ...never])];
}

/** Look at every source of a definition once, all problems of one kind together, and at what is published already. */
export async function gatherFacts(
  session: Session,
  subject: Definition,
  options: GatherOptions,
  published: PublishedFacts | null,
  sets: TileSets = NO_SETS,
): Promise<Gathered> {
  await checkExpressions(session, subject);
  const disagreed = await opinionsOn(session, subject);
  if (disagreed.length > 0) throw combineProblems(disagreed);
  const specs = options.sourcesOnly
    ? groupBysOf(subject).map(({ source }) => source)
    : sourcesOf(subject);
  const ids = new Map(specs.map((spec) => [spec, '']));
  for (const spec of ids.keys()) ids.set(spec, definitionHash(spec));
  const records = new Map<string, InputFile[]>();
  for (const file of [...(published?.files ?? []), ...filesOfTiles(sets)]) {
    const own = records.get(file.path);
    if (own === undefined) records.set(file.path, [file]);
    else own.push(file);
  }
  const recorded = (path: string) => records.get(plannerPath(path, options.lake)) ?? [];
  const known = new Map<string, Known>();
  const problems: TesseraError[] = [];
  const memories: (() => Promise<void>)[] = [];
  for (const [id, source] of new Map(specs.map((spec) => [ids.get(spec)!, spec]))) {
    try {
      const columns = counted(subject, source, (other) => ids.get(other) === id);
      const memory = await rememberedFacts(options.factsFolder ?? null, id);
      const one = await know(session, source, options.lake, columns, {
        recorded,
        remembered: memory.files,
      });
      known.set(id, one);
      // Whoever reads it too may name it by an object of its own.
      if (id === ids.get(specs[0]!)) options.onFirst?.(sum(one.files.map(({ rows }) => rows)));
      const isRecorded = ({ path, stat }: LakeFile) =>
        recorded(path).some((record) => record.stat === stat);
      memories.push(() => memory.keep(one.files, isRecorded));
    } catch (error) {
      if (!isTesseraError(error) || error.kind === 'internal' || error.code === 'INTERRUPTED')
        throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
  const whole = subject.join ?? subject.groupBy;
  for (const spec of options.sourcesOnly ? groupBysOf(subject) : whole === null ? [] : [whole])
    await checkLabelSources(spec, (source) => known.get(ids.get(source)!)!.listing);
  const first = known.get(ids.get(specs[0]!)!)!;
  const sources: Record<string, SourceFacts> = {};
  const ahead = new Set((subject.join?.labels ?? []).map(({ groupBy }) => ids.get(groupBy.source)));
  for (const [id, one] of known) {
    sources[id] = {
      hive: one.listing.layout === 'hive',
      files: one.files.map((file) => plannerFile(file, options.lake)),
      ...(ahead.has(id) && { endMs: await dataEndMs(session, one) }),
    };
  }
  const left = options.sourcesOnly
    ? []
    : subject.join
      ? await leftPartitions(session, first, options, published)
      : await gridDays(session, first, options);
  return {
    facts: { sources, left, published },
    filled: Object.fromEntries([...known].map(([id, { filled }]) => [id, filled])),
    relation: (sourceId, fileIdx) => {
      const one = known.get(sourceId)!;
      return relationOf(
        one.source,
        fileIdx.map((idx) => one.files[idx]!),
      );
    },
    files: (sourceId, fileIdx) => {
      const { source, files } = known.get(sourceId)!;
      return { source, files: fileIdx.map((idx) => files[idx]!) };
    },
    remember: async () => {
      for (const keep of memories) await keep();
    },
    absolute: (path) => resolve(options.lake, path),
    presentDays: (sourceId) => new Set(known.get(sourceId)!.listing.partitions.map(({ ds }) => ds)),
  };
}
