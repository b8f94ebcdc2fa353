import {
  canonicalJson,
  type GroupBySpec,
  hash128,
  type JoinSpec,
  type SourceSpec,
} from '@tessera/api';
import { type Finding, RULES } from '@tessera/validators';
import type { ColumnsOf } from './columns.js';
import { type Artefact, COMPILED_FORMAT } from './emit/artefact.js';
import { emit, emitSource, type TilesOf } from './emit/emit.js';
import { stableJson } from './emit/stable-json.js';
import { idOf, type ObjectSpec, type Project } from './project.js';
import { optimise } from './stages/optimise.js';

/** One file of `compiled/`. */
export interface CompiledFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  /** Text, or its UTF-8. */
  readonly content: string | Uint8Array;
}

/** An artefact's file, and what the index says of it. */
export interface Emitted extends CompiledFile {
  /** Hash of the text. */
  readonly hash: string;
  readonly dependsOn: readonly string[];
}

/** One object in `project.json`. */
export interface Entry {
  readonly id: string;
  readonly path: string;
  /** Of all that its artefact is made from: an equal one needs no compiling. */
  readonly made: string;
  /** Of the artefact's text. */
  readonly text: string;
  readonly dependsOn: readonly string[];
}

export interface ProjectIndex {
  readonly format: number;
  /** What was warned of, by the rules that were known then. */
  readonly warned: { readonly rules: string; readonly findings: readonly Finding[] };
  readonly objects: readonly Entry[];
}

export const INDEX_FILE = 'project.json';

export interface Compiled {
  readonly index: ProjectIndex;
  /** Files that are new or changed, the index among them where it is. */
  readonly files: readonly CompiledFile[];
  /** Objects whose artefact was made anew. */
  readonly compiled: readonly string[];
  /** Objects that stayed as they were. */
  readonly kept: readonly string[];
}

export interface CompileOptions {
  /** The last time: its index, and whether a file of it is still as it was. */
  readonly before?: {
    readonly index: ProjectIndex;
    readonly isWhole: (entry: Entry) => boolean;
  } | null;
  readonly tilesOf?: TilesOf;
  readonly columnsOf?: ColumnsOf;
  /** What the definitions were warned of. */
  readonly findings?: readonly Finding[];
  /** By id: files that another thread has made already. */
  readonly emitted?: ReadonlyMap<string, Emitted>;
}

/** Changes with the rules that there are. */
const RULES_KNOWN = hash128(RULES.map(({ id, severity }) => `${id} ${severity}`).join());

/** One object to compile, or to leave as it is; plain data. */
export interface Step {
  readonly spec: ObjectSpec;
  readonly id: string;
  readonly file: string | undefined;
  readonly made: string;
  /** It is as it was. */
  readonly kept: Entry | null;
}

/** What was found the last time, where nothing changed since, the rules neither; else null. */
export function findingsBefore(
  { isAllKept }: Steps,
  before: CompileOptions['before'],
): readonly Finding[] | null {
  if (!isAllKept || before?.index.warned.rules !== RULES_KNOWN) return null;
  return before.index.warned.findings;
}

/** Definitions whose expressions are to be typed: what was compiled by the rules that there are has right ones. */
export function toBeTyped(
  { joins, groupBys }: Pick<Project, 'joins' | 'groupBys'>,
  { steps }: Steps,
  before: CompileOptions['before'] = null,
): readonly (JoinSpec | GroupBySpec)[] {
  const isKnown = before?.index.warned.rules === RULES_KNOWN;
  const kept = new Set(isKnown ? steps.flatMap(({ spec, kept }) => (kept ? [spec] : [])) : []);
  return [...joins, ...groupBys].filter((spec) => !kept.has(spec));
}

/** What has to be compiled, and what is as it was the last time. */
export interface Steps {
  readonly steps: readonly Step[];
  readonly isAllKept: boolean;
}

/** Compare a project with what was compiled of it. */
export function stepsOf(project: Project, before: CompileOptions['before'] = null): Steps {
  const known = new Map((before?.index.objects ?? []).map((entry) => [entry.id, entry]));
  const identity = identities();
  const steps = objectsOf(project).map((spec): Step => {
    const id = idOf(spec);
    const file = project.files.get(spec);
    const made = identity(spec, file);
    const earlier = known.get(id);
    const isKept = earlier?.made === made && before?.isWhole(earlier) === true;
    return { spec, id, file, made, kept: isKept ? earlier : null };
  });
  const isAllKept = steps.every(({ kept }) => kept !== null) && known.size === steps.length;
  return { steps, isAllKept };
}

/** The artefact of one object, as its file. Pure, and of no other object: threads can share the work. */
export function emitStep(
  { spec, file }: Pick<Step, 'spec' | 'file'>,
  { tilesOf, columnsOf }: Pick<CompileOptions, 'tilesOf' | 'columnsOf'> = {},
): Emitted {
  const artefact = artefactOf(spec, file, tilesOf, columnsOf);
  const content = stableJson(artefact);
  return {
    ...{ path: pathOf(artefact), content },
    ...{ hash: hash128(content), dependsOn: artefact.dependsOn },
  };
}

/** Artefacts of a project whose definitions are right; of objects that are as they were nothing is made. */
export function compile({ steps, isAllKept }: Steps, options: CompileOptions = {}): Compiled {
  const { before, findings = [], emitted } = options;
  const files: CompiledFile[] = [];
  const objects = steps.map((step): Entry => {
    const { id, made, kept } = step;
    if (kept !== null) return kept;
    const { path, content, hash, dependsOn } = emitted?.get(id) ?? emitStep(step, options);
    files.push({ path, content });
    return { id, path, made, text: hash, dependsOn };
  });
  const warned = { rules: RULES_KNOWN, findings };
  const index: ProjectIndex = { format: COMPILED_FORMAT, warned, objects };
  const isSame = isAllKept && before != null && indexText(before.index) === indexText(index);
  if (!isSame) files.push({ path: INDEX_FILE, content: indexText(index) });
  const of = (isKept: boolean) =>
    steps.filter(({ kept }) => (kept !== null) === isKept).map(({ id }) => id);
  return { index, files, compiled: of(false), kept: of(true) };
}

/** Every object of a project as its artefact, by id: for comparing and drawing. */
export function artefactsOf(project: Project, tilesOf?: TilesOf): ReadonlyMap<string, Artefact> {
  return new Map(
    objectsOf(project).map((spec) => [
      idOf(spec),
      artefactOf(spec, project.files.get(spec), tilesOf),
    ]),
  );
}

function artefactOf(
  spec: ObjectSpec,
  file: string | undefined,
  tilesOf?: TilesOf,
  columnsOf?: ColumnsOf,
): Artefact {
  return spec.kind === 'join' || spec.kind === 'groupBy'
    ? emit(optimise(spec, columnsOf), file, tilesOf)
    : emitSource(spec, file);
}

/** Sources, groupBys, joins, each by name; groupBys that only joins know are there too. */
function objectsOf({ joins, groupBys, sources }: Project): readonly ObjectSpec[] {
  const all = new Map<string, ObjectSpec>();
  const note = (specs: readonly ObjectSpec[]): void => {
    const sorted = [...specs].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const spec of sorted) if (!all.has(idOf(spec))) all.set(idOf(spec), spec);
  };
  note(sources);
  const inParts = joins.flatMap(({ parts }) =>
    parts
      .map(({ groupBy }) => groupBy)
      .filter((groupBy) => groupBy.aggregations.length > 0 || groupBy.name !== groupBy.source.name),
  );
  note([...groupBys, ...inParts]);
  note(joins);
  return [...all.values()];
}

/**
 * What decides an artefact's text: the definition with all that it holds. Sources and groupBys stand in many definitions, so
 * each is put into words once.
 */
function identities(): (spec: ObjectSpec, file: string | undefined) => string {
  const sources = new Map<SourceSpec, string>();
  const groupBys = new Map<GroupBySpec, string>();
  const ofSource = (source: SourceSpec): string => {
    const found = sources.get(source) ?? hash128(canonicalJson(source));
    sources.set(source, found);
    return found;
  };
  const ofGroupBy = (groupBy: GroupBySpec): string => {
    const { source, ...rest } = groupBy;
    const found =
      groupBys.get(groupBy) ?? hash128(canonicalJson({ ...rest, source: ofSource(source) }));
    groupBys.set(groupBy, found);
    return found;
  };
  const ofJoin = ({ left, parts, labels = [], ...rest }: JoinSpec): string => {
    const within = ({ groupBy, ...part }: JoinSpec['parts'][number]) => ({
      ...part,
      groupBy: ofGroupBy(groupBy),
    });
    const whole = {
      ...rest,
      left: ofSource(left),
      parts: parts.map(within),
      labels: labels.map(within),
    };
    return hash128(canonicalJson(whole));
  };
  return (spec, file) => {
    const own =
      spec.kind === 'join'
        ? ofJoin(spec)
        : spec.kind === 'groupBy'
          ? ofGroupBy(spec)
          : ofSource(spec);
    return hash128(`${COMPILED_FORMAT} ${file ?? ''} ${own}`);
  };
}

const FOLDERS = { source: 'sources', groupBy: 'group-bys', join: 'joins' } as const;

/** A file of an object: names may hold what file names may not. */
function pathOf({ kind, name }: Pick<Artefact, 'kind' | 'name'>): string {
  const safe = name.replace(/[^\p{L}\p{Nd}._-]/gu, (char) => encodeURIComponent(char));
  return `${FOLDERS[kind]}/${safe}.json`;
}

function indexText({ format, warned, objects }: ProjectIndex): string {
  const lines = objects.map((entry) => `    ${JSON.stringify(entry)}`);
  const findings = warned.findings.map((finding) => `\n      ${JSON.stringify(finding)}`);
  const told = `{ "rules": "${warned.rules}", "findings": [${findings.join(',')}] }`;
  return `{\n  "format": ${format},\n  "warned": ${told},\n  "objects": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
