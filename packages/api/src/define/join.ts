import { z } from 'zod';
import { derivedOfPart, namesOfParts } from '../computed-columns.js';
import { combineProblems } from '../errors.js';
import { readOfLeft } from '../feature-reads.js';
import { withoutInputColumns } from '../input-columns.js';
import { DS, leftColumns, partColumns } from '../output-columns.js';
import type { JoinSpec, LabelSpec, PartSpec, SourceSpec } from '../spec.js';
import type {
  ColumnsOfSource,
  GroupBy,
  Join,
  Offered,
  Part,
  Source,
} from '../types/definition-types.js';
import type { Derive } from '../types/derive-type.js';
import type { LabelOn } from '../types/label-type.js';
import { checkDuplicates, originOf, PARTITION_LABEL } from './duplicates.js';
import { isSource } from './group-by.js';
import { checkNoLabel } from './label-leaks.js';
import { checkName } from './names.js';
import { readPart } from './part.js';
import { deriveShape, readDerivations, readOnly, readRequest } from './read-derivations.js';
import { describeLabel, readLabel } from './read-label.js';
import { createReport, type Report } from './report.js';
import { type About, about, aboutOf, flag, nameOf, readShape, text } from './shape.js';

const joinShape = z.strictObject({
  name: text,
  left: z.custom<SourceSpec>(isSource, {
    error: 'must be what events(…) or entities(…) returned',
  }),
  parts: z.array(z.unknown(), { error: 'must be an array of part(…)' }),
  derive: deriveShape.optional(),
  only: z.array(text, { error: 'must be an array of columns' }).optional(),
  request: z
    .record(z.string(), z.string({ error: "must be a type such as 'double'" }), {
      error: 'must be an object: left column → type',
    })
    .optional(),
  labels: z.array(z.unknown(), { error: 'must be an array of ahead(…)' }).optional(),
  online: flag.optional(),
  ...about,
});

/** A part that needs no more than this left offers. */
export type PartFor<S extends Source> = Part<
  GroupBy,
  string | undefined,
  Offered<ColumnsOfSource<S>>
>;

/** A label that needs no more than this left offers. */
export type LabelFor<S extends Source> = LabelOn<Offered<ColumnsOfSource<S>>>;

export interface JoinDefinition<
  Name extends string,
  S extends Source,
  P,
  L = readonly [],
  D extends Derive = Derive,
  O extends string = string,
  R extends string = string,
> extends About {
  readonly name: Name;
  /** One output row per row of it (S4.3). */
  readonly left: S;
  readonly parts: P;
  /** More columns: name → expression over left columns, `ds`, features and each other (S7). A double unless declared. */
  readonly derive?: D;
  /** The features and derived columns that come out; the left's and labels always do. Default: all. */
  readonly only?: readonly O[];
  /** Left columns that each request brings when the join is served, with their types: derived columns may read them there. */
  readonly request?: Readonly<Record<R, string>>;
  /** What happened after each row: the last columns of the output (S2.7). */
  readonly labels?: L;
  /** Also served at request time, whole: every part must be. Default false: of a join those parts can be served that are online. */
  readonly online?: boolean;
}

/**
 * Left rows, each with the features it could have known at its own instant.
 *
 * Returns  the plain `JoinSpec`, parts resolved.
 * Throws   every problem of the definition at once (TesseraError.problems).
 */
export function join<
  const Name extends string,
  S extends Source,
  const P extends readonly PartFor<S>[],
  const L extends readonly LabelFor<S>[] = readonly [],
  const D extends Derive = Readonly<Record<never, string>>,
  const O extends string = string,
  const R extends string = never,
>(
  definition: JoinDefinition<Name, S, P, L, D, O, R>,
): Join<Name, ColumnsOfSource<S>, P, L, D, O, R> {
  const report = createReport(nameOf(definition, 'join'));
  const shape = readShape(joinShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  const left = withoutInputColumns(shape.left);
  checkName(shape.name, report);
  if (left.static === true) {
    report
      .as('LEFT_STATIC')
      .option('left', `cannot be static entities (${left.name}): their rows belong to no day`);
  }
  if (shape.parts.length === 0) report.as('PARTS_EMPTY').option('parts', 'needs at least one part');
  const read = shape.parts.map((draft) => readPart(draft, left, report));
  const labels = (shape.labels ?? []).flatMap((draft) => readLabel(draft, left, report));
  const base = {
    kind: 'join' as const,
    name: shape.name,
    left,
    parts: read.filter((one): one is PartSpec => one !== undefined),
    ...(labels.length > 0 && { labels }),
  };
  const offered = offeredBy(base);
  const derive = readDerivations(shape.derive ?? {}, offered, report);
  const request = readRequest(shape.request ?? {}, left, report);
  const spec: JoinSpec = {
    ...base,
    ...(derive.length > 0 && { derive }),
    ...(shape.only !== undefined && {
      only: readOnly(
        shape.only,
        { ...offered, columns: [...offered.features, ...Object.keys(shape.derive ?? {})] },
        report,
      ),
    }),
    ...(request.length > 0 && { request }),
    ...(shape.online === true && { online: true }),
    ...aboutOf(shape),
  };
  for (const { groupBy, keys } of spec.parts) {
    const asked = readOfLeft({ left, parts: [{ keys }] });
    checkNoLabel(left, asked, report.inside(`part(${groupBy.name})`));
  }
  for (const one of derive)
    checkNoLabel(
      left,
      readOfLeft({ left, parts: [], derive: [one] }),
      report.inside('derive').inside(one.name),
    );
  if (spec.online === true) checkOnlineParts(spec, report);
  checkNames(spec, report);
  report.settle();
  // The shape was parsed from this very value, whose name is `Name`.
  return { ...spec, name: definition.name };
}

/** A join is served whole where every part is; entities pass through as they are. */
function checkOnlineParts({ parts }: JoinSpec, report: Report): void {
  for (const { groupBy } of parts) {
    if (groupBy.online || groupBy.aggregations.length === 0) continue;
    report
      .as('ONLINE_PART_OFFLINE')
      .option(
        'online',
        `cannot be: part ${groupBy.name} is not`,
        'Write `online: true` there, or leave it out here: parts that are online can be served without it.',
      );
  }
}

/** What derivations of a join may read. */
function offeredBy(join: JoinSpec) {
  const left = [...leftColumns(join).map(({ name }) => name), DS];
  const labels = (join.labels ?? []).flatMap((label, idx) =>
    partColumns(label, join.parts.length + idx).map(({ name }) => name),
  );
  const features = namesOfParts(join);
  return { columns: [...left, ...features], left, features, labels };
}

/** S6 over the whole row: left columns, features, derived columns and `ds`. */
function checkNames(spec: JoinSpec, report: Report): void {
  const lefts = leftColumns(spec).map(({ name }) => ({
    name,
    origin: () => `left column \`${name}\` of ${spec.left.name}`,
  }));
  const features = spec.parts.flatMap((one, partIdx) => {
    const prefix = one.prefix === undefined ? '' : ` (prefix ${one.prefix})`;
    const made = partColumns(one, partIdx).map((column) => ({
      name: column.name,
      origin: () => `${originOf(one.groupBy, column)}${prefix}`,
    }));
    const derivedThere = derivedOfPart(one).map((name) => ({
      name,
      origin: () => `derived \`${name}\` of ${one.groupBy.name}${prefix}`,
    }));
    return [...made, ...derivedThere];
  });
  const labels = (spec.labels ?? []).flatMap((label, idx) =>
    partColumns(label, spec.parts.length + idx).map(({ name, window }) => ({
      name,
      origin: () => `${originOfLabel(label)} over ${window}`,
    })),
  );
  const derived = (spec.derive ?? []).map(({ name }) => ({
    name,
    origin: () => `derived \`${name}\``,
  }));
  checkDuplicates([PARTITION_LABEL, ...lefts, ...features, ...derived, ...labels], report);
}

function originOfLabel({ groupBy }: LabelSpec): string {
  const [{ operation = '', input } = {}] = groupBy.aggregations;
  return `label ${describeLabel({ input }, groupBy.source.columns)} ${operation.toLowerCase()}`;
}
