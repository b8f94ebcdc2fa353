import { z } from 'zod';
import { formatType, sameType } from '../data-type.js';
import { withoutInputColumns } from '../input-columns.js';
import type { GroupBySpec, PartSpec, SourceSpec } from '../spec.js';
import type { phantom } from '../types/aggregation-type.js';
import type { GroupBy, NeededLeft, Part, PartOptions, Source } from '../types/definition-types.js';
import type { NoColumns } from '../types/derive-type.js';
import type { WindowText } from '../types/type-text.js';
import { parseWindow } from '../window.js';
import { checkPassedThrough, isSource } from './group-by.js';
import { checkLeaks } from './label-leaks.js';
import { checkPiece } from './names.js';
import type { Report } from './report.js';
import { nameOf, oneOf, readShape, text } from './shape.js';

/** What a part may be made of. */
export type PartSource = GroupBy | Source<'entities'>;

/** Entities stand for a groupBy without aggregations, named after them. */
type GroupByOf<G extends PartSource> =
  G extends GroupBy<infer Name, infer C, infer K, infer A, infer D, infer O>
    ? GroupBy<Name, C, K, A, D, O>
    : G extends Source<'entities', infer Name, infer C, infer K>
      ? GroupBy<Name, C, K, readonly [], NoColumns>
      : never;

type KeyOf<G extends PartSource> = NonNullable<G[typeof phantom]>['keys'][number];
type ColumnsOf<G extends PartSource> = NonNullable<G[typeof phantom]>['columns'];

/** No mapping: every key is the left column of its own name. */
export type NoKeys = Readonly<Record<never, never>>;

/**
 * One groupBy (or entities, passed through) as asked by a join.
 *
 * Returns  plain data that `join` checks against its left and resolves; never throws.
 */
export function part<
  G extends PartSource,
  const M extends Readonly<Record<string, KeyOf<G>>> = NoKeys,
  const Prefix extends string | undefined = undefined,
>(
  of: G,
  options?: Omit<PartOptions, 'keys' | 'prefix' | 'lag'> & {
    readonly keys?: M;
    readonly prefix?: Prefix;
    readonly lag?: WindowText;
  },
): Part<GroupByOf<G>, NoInfer<Prefix>, NeededLeft<ColumnsOf<G>, KeyOf<G>, NoInfer<M>>> {
  // null is no options, and is refused as whatever else is none.
  return { kind: 'part', of, options: options === undefined ? {} : options };
}

const optionsShape = z.strictObject({
  keys: z
    .record(z.string(), z.string({ error: 'must be a key of the groupBy' }), {
      error: 'must be an object: left column → key',
    })
    .optional(),
  prefix: text.optional(),
  lag: text.optional(),
  at: oneOf(['strict', 'inclusive']).optional(),
  missing: oneOf(['error', 'null']).optional(),
});

function isGroupBy(value: unknown): value is GroupBySpec {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, source } = value as { readonly kind?: unknown; readonly source?: unknown };
  return kind === 'groupBy' && isSource(source);
}

/** A groupBy without aggregations over entities, named after them (S3.3). */
export function passThrough(source: SourceSpec): GroupBySpec {
  return {
    kind: 'groupBy',
    name: source.name,
    source: withoutInputColumns(source),
    keys: source.keys ?? [],
    aggregations: [],
    accuracy: 'snapshot',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
  };
}

/**
 * A part as its builder made it → its spec, checked against the left. `report` is the join's.
 * Returns undefined after adding its problems.
 */
export function readPart(draft: unknown, left: SourceSpec, report: Report): PartSpec | undefined {
  const { of, options: given = {} } = (draft ?? {}) as Readonly<Record<string, unknown>>;
  if (isAhead(draft)) {
    report
      .as('AHEAD_AMONG_FEATURES')
      .option('parts', 'cannot hold ahead(…): it looks into the future', UNDER_LABELS);
    return undefined;
  }
  if (!isGroupBy(of) && !isSource(of)) {
    report.as('NOT_A_PART').option('parts', 'must hold part(groupBy) or part(entities)');
    return undefined;
  }
  const own = report.inside(`part(${nameOf(of, '')})`);
  if (of.kind === 'events') {
    own
      .as('EVENTS_PASSED_THROUGH')
      .option('part', `cannot be events (${of.name})`, 'Write a groupBy over them.');
    return undefined;
  }
  const before = report.problems.length;
  const groupBy = isGroupBy(of) ? of : passThrough(of);
  if (!isGroupBy(of)) {
    checkPassedThrough(groupBy, own);
    checkLeaks(groupBy, own);
  }
  const options = readShape(optionsShape, given, own);
  if (options === undefined) return undefined;
  const keys = readKeys({ mapping: options.keys ?? {}, groupBy, left }, own);
  if (options.prefix !== undefined) checkPiece('prefix', options.prefix, own);
  if (options.at === 'inclusive' && groupBy.accuracy === 'snapshot') {
    own
      .as('INCLUSIVE_SNAPSHOT')
      .option('at', "cannot be 'inclusive': the part is read at midnight, not at the row's time");
  }
  if (options.missing === 'null' && groupBy.source.kind !== 'entities') {
    own
      .as('MISSING_OVER_EVENTS')
      .option('missing', 'is about the days of entities, and this part is over events');
  }
  const { lag } = options;
  const lagMs = lag === undefined ? 0 : own.inside('lag').attempt(() => parseWindow(lag));
  if (report.problems.length > before || lagMs === undefined) return undefined;
  return {
    groupBy,
    keys,
    ...(options.prefix !== undefined && { prefix: options.prefix }),
    lagMs,
    at: options.at ?? 'strict',
    missing: options.missing ?? 'error',
  };
}

/** What `ahead` returned, wherever it stands. */
export function isAhead(draft: unknown): boolean {
  return (draft as { readonly kind?: unknown } | null | undefined)?.kind === 'ahead';
}

const UNDER_LABELS = 'It is a label: put it under `labels` of the join.';

interface KeyMapping {
  readonly mapping: Readonly<Record<string, string>>;
  readonly groupBy: GroupBySpec;
  readonly left: SourceSpec;
  readonly ofLabel?: boolean;
}

/** Left column for every key, in the groupBy's order; types must agree (S4.1). */
export function readKeys(
  { mapping, groupBy, left, ofLabel }: KeyMapping,
  report: Report,
): PartSpec['keys'] {
  const leftOf = new Map<string, string>();
  for (const [name, key] of Object.entries(mapping)) {
    if (!groupBy.keys.includes(key)) {
      report.add('UNKNOWN_KEY', { groupBy: groupBy.name, key, keys: groupBy.keys });
    }
    const other = leftOf.get(key);
    if (other !== undefined) {
      report
        .as('KEY_MAPPED_TWICE')
        .option('keys', `maps both \`${other}\` and \`${name}\` to \`${key}\``);
    }
    leftOf.set(key, name);
  }
  const keys = groupBy.keys.map((right) => ({ left: leftOf.get(right) ?? right, right }));
  for (const pair of keys) checkKeyPair(pair, { mapping, groupBy, left, ofLabel }, report);
  return keys;
}

function checkKeyPair(
  pair: PartSpec['keys'][number],
  { groupBy, left, ofLabel }: KeyMapping,
  report: Report,
): void {
  const leftColumn = left.columns.find((column) => column.name === pair.left);
  if (leftColumn === undefined) {
    const params = {
      source: left.name,
      column: pair.left,
      columns: left.columns.map((column) => column.name),
    };
    const maker = ofLabel === true ? 'ahead' : 'part';
    const advice = `Map a left column to the key: ${maker}(…, { keys: { <left column>: '${pair.right}' } }).`;
    report
      .as('LEFT_LACKS_KEY')
      .add('UNKNOWN_COLUMN', pair.left === pair.right ? { ...params, advice } : params);
    return;
  }
  const rightColumn = groupBy.source.columns.find((column) => column.name === pair.right);
  if (rightColumn === undefined || sameType(leftColumn.type, rightColumn.type)) return;
  report.add('KEY_TYPE_MISMATCH', {
    groupBy: groupBy.name,
    left: pair.left,
    leftType: formatType(leftColumn.type),
    right: pair.right,
    rightType: formatType(rightColumn.type),
  });
}
