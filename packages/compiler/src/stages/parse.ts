import {
  definitionHash,
  type GroupBySpec,
  type JoinSpec,
  joinParts,
  type SourceSpec,
  TesseraError,
  withoutInputColumns,
} from '@tessera/api';
import { idOf, type Loaded, type ObjectSpec, type Project } from '../project.js';

const KINDS = ['join', 'groupBy', 'events', 'entities'] as const;

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** What a file exports that says it is one of ours. */
function isNamed(value: unknown): value is Members & Pick<ObjectSpec, 'kind' | 'name'> {
  if (!isMembers(value)) return false;
  const { kind, name } = value;
  return KINDS.some((one) => one === kind) && typeof name === 'string';
}

const isSource = (value: unknown): boolean => isMembers(value) && Array.isArray(value.columns);

const isGroupBy = (value: unknown): boolean =>
  isMembers(value) &&
  isSource(value.source) &&
  Array.isArray(value.keys) &&
  Array.isArray(value.aggregations);

/** And that is what `events(…)`, `groupBy(…)` or `join(…)` made, or made of it: objects that are written by hand lack defaults. */
function isObject(value: Members & Pick<ObjectSpec, 'kind'>): value is Members & ObjectSpec {
  if (value.kind === 'groupBy') return isGroupBy(value);
  if (value.kind !== 'join') return isSource(value);
  const { left, parts, labels = [] } = value;
  const isAsked = (part: unknown) =>
    isMembers(part) && isGroupBy(part.groupBy) && Array.isArray(part.keys);
  const isEach = (list: unknown) => Array.isArray(list) && list.every(isAsked);
  return isSource(left) && isEach(parts) && isEach(labels);
}

/** Whether an export is a definition. */
export const isDefinition = (value: unknown): value is ObjectSpec =>
  isNamed(value) && isObject(value);

/**
 * First stage: what files export → the project's definitions. A definition that several files export is one; a name that is
 * given to two is told of.
 */
export function parse({ files, problems, folder }: Loaded): Project {
  const found = new Map<string, { readonly spec: ObjectSpec; readonly file: string }>();
  const told: TesseraError[] = [...problems];
  for (const { file, exports } of files) {
    for (const [name, exported] of Object.entries(exports)) {
      if (!isNamed(exported)) continue;
      if (!isObject(exported)) {
        const reason = `its export \`${name}\` says that it is ${exported.kind}, and ${exported.kind}(…) did not make it`;
        told.push(new TesseraError('DEFINITION_FAILED', { file, reason }, { at: file }));
        continue;
      }
      const spec: ObjectSpec = exported;
      const id = idOf(spec);
      const earlier = found.get(id);
      if (earlier === undefined) found.set(id, { spec, file });
      else if (earlier.spec !== spec && !id.startsWith('source ')) {
        const { kind, name } = spec;
        told.push(
          new TesseraError(
            'DUPLICATE_DEFINITION',
            { kind, name, first: earlier.file, second: file },
            { at: file },
          ),
        );
      }
    }
  }
  const specs = [...found.values()].map(({ spec }) => spec);
  const joins = specs.filter((spec): spec is JoinSpec => spec.kind === 'join');
  const groupBys = specs.filter((spec): spec is GroupBySpec => spec.kind === 'groupBy');
  if (joins.length + groupBys.length === 0 && problems.length === 0)
    told.push(new TesseraError('NO_DEFINITIONS', { folder }));
  return {
    joins,
    groupBys,
    sources: sourcesOf(specs),
    files: new Map([...found.values()].map(({ spec, file }) => [spec, file])),
    told,
  };
}

/** Each source once, as its user declared it, whatever aggregations compute of it. */
function sourcesOf(specs: readonly ObjectSpec[]): SourceSpec[] {
  const sources = new Map<string, SourceSpec>();
  const seen = new Set<SourceSpec>();
  const note = (source: SourceSpec): void => {
    if (seen.has(source)) return;
    seen.add(source);
    const id = `${source.name} ${definitionHash(source)}`;
    if (!sources.has(id)) sources.set(id, withoutInputColumns(source));
  };
  // Those that are exported are the declared ones themselves.
  for (const spec of specs) if (spec.kind === 'events' || spec.kind === 'entities') note(spec);
  for (const spec of specs) {
    if (spec.kind === 'join') {
      note(spec.left);
      for (const { groupBy } of joinParts(spec)) note(groupBy.source);
    } else if (spec.kind === 'groupBy') note(spec.source);
  }
  return [...sources.values()];
}
