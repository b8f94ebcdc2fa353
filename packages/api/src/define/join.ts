import { z } from 'zod';
import { combineProblems } from '../errors.js';
import { leftColumns, partColumns } from '../output-columns.js';
import type { JoinSpec, LabelSpec, PartSpec, SourceSpec } from '../spec.js';
import type {
  ColumnsOfSource,
  GroupBy,
  Join,
  Offered,
  Part,
  Source,
} from '../types/definition-types.js';
import type { LabelOn } from '../types/label-type.js';
import { checkDuplicates, originOf, PARTITION_LABEL } from './duplicates.js';
import { isSource } from './group-by.js';
import { checkNoLabel } from './label-leaks.js';
import { checkName } from './names.js';
import { readPart } from './part.js';
import { describeLabel, readLabel } from './read-label.js';
import { createReport, type Report } from './report.js';
import { description, nameOf, readShape, text } from './shape.js';

const joinShape = z.strictObject({
  name: text,
  left: z.custom<SourceSpec>(isSource, {
    error: 'must be what events(…) or entities(…) returned',
  }),
  parts: z.array(z.unknown(), { error: 'must be an array of part(…)' }),
  labels: z.array(z.unknown(), { error: 'must be an array of ahead(…)' }).optional(),
  owner: text.optional(),
  description: description.optional(),
});

/** A part that needs no more than this left offers. */
export type PartFor<S extends Source> = Part<
  GroupBy,
  string | undefined,
  Offered<ColumnsOfSource<S>>
>;

/** A label that needs no more than this left offers. */
export type LabelFor<S extends Source> = LabelOn<Offered<ColumnsOfSource<S>>>;

export interface JoinDefinition<Name extends string, S extends Source, P, L = readonly []> {
  readonly name: Name;
  /** One output row per row of it (S4.3). */
  readonly left: S;
  readonly parts: P;
  /** What happened after each row: the last columns of the output (S2.7). */
  readonly labels?: L;
  readonly owner?: string;
  readonly description?: string;
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
>(definition: JoinDefinition<Name, S, P, L>): Join<Name, ColumnsOfSource<S>, P, L> {
  const report = createReport(nameOf(definition, 'join'));
  const shape = readShape(joinShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  const { left } = shape;
  checkName(shape.name, report);
  if (left.static === true) {
    report.option('left', `cannot be static entities (${left.name}): their rows belong to no day`);
  }
  if (shape.parts.length === 0) report.option('parts', 'needs at least one part');
  const read = shape.parts.map((draft) => readPart(draft, left, report));
  const labels = (shape.labels ?? []).flatMap((draft) => readLabel(draft, left, report));
  const spec: JoinSpec = {
    kind: 'join',
    name: shape.name,
    left,
    parts: read.filter((one): one is PartSpec => one !== undefined),
    ...(labels.length > 0 && { labels }),
    ...(shape.owner !== undefined && { owner: shape.owner }),
    ...(shape.description !== undefined && { description: shape.description }),
  };
  for (const { groupBy, keys } of spec.parts) {
    const asked = keys.map((key) => key.left);
    checkNoLabel(left, asked, report.inside(`part(${groupBy.name})`));
  }
  checkNames(spec, report);
  report.settle();
  // The shape was parsed from this very value, whose name is `Name`.
  return { ...spec, name: definition.name };
}

/** S6 over the whole row: left columns, features and `ds`. */
function checkNames(spec: JoinSpec, report: Report): void {
  const lefts = leftColumns(spec).map(({ name }) => ({
    name,
    origin: `left column \`${name}\` of ${spec.left.name}`,
  }));
  const features = spec.parts.flatMap((one, partIdx) => {
    const prefix = one.prefix === undefined ? '' : ` (prefix ${one.prefix})`;
    return partColumns(one, partIdx).map((column) => ({
      name: column.name,
      origin: `${originOf(one.groupBy, column)}${prefix}`,
    }));
  });
  const labels = (spec.labels ?? []).flatMap((label, idx) =>
    partColumns(label, spec.parts.length + idx).map(({ name, window }) => ({
      name,
      origin: `${originOfLabel(label)} over ${window}`,
    })),
  );
  checkDuplicates([PARTITION_LABEL, ...lefts, ...features, ...labels], report);
}

function originOfLabel({ groupBy }: LabelSpec): string {
  const [{ operation = '', input } = {}] = groupBy.aggregations;
  return `label ${describeLabel({ input })} ${operation.toLowerCase()}`;
}
