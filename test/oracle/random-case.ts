import { featuresOf } from './names.js';
import { type Random, random } from './prng.js';
import { type DraftPart, drawLeft, drawParts, type Setting, toPart } from './random-parts.js';
import { entityRows, eventRows, leftEntityRows, leftEventRows, targetsOf } from './random-rows.js';
import { type Draft, drawKeySpace, type KeySpace, toSource } from './random-source.js';
import { CELLS, isDegenerate, scheduledCells } from './schedule.js';
import type { JoinSpec, Tables } from './types.js';

export { SEEDS_PER_ROUND, scheduledCells } from './schedule.js';

export interface RandomCase {
  readonly join: JoinSpec;
  readonly tables: Tables;
  /** What the case contains, in short words: `left:entities`, `key:string`, `shared-source` … */
  readonly tags: readonly string[];
}

/** Days whose neighbourhood is awkward: a leap day, a year's end, both ends of the legal years. */
const ANCHORS = [
  '2024-03-10',
  '2024-03-10',
  '2024-02-29',
  '2023-12-31',
  '1970-01-20',
  '1969-07-20',
  '2200-12-20',
];

/**
 * A valid join with adversarial tables, the same for a seed on every machine. It never makes the oracle throw.
 *
 * Returns  a definition that the compiler must accept, literal tables by source name, tags
 */
export function randomCase(seed: number): RandomCase {
  const r = random(seed);
  const anchorMs = Date.parse(`${r.pick(ANCHORS)}T00:00:00Z`);
  const keys = drawKeySpace(r);
  const setting: Setting = { anchorMs, degenerate: isDegenerate(seed) };
  const left = drawLeft(keys, setting, r);
  const cells = setting.degenerate
    ? [r.pick(CELLS), r.pick(CELLS), r.pick(CELLS)]
    : scheduledCells(seed);
  const parts = drawParts(cells, left, keys, setting, r);
  const join: JoinSpec = {
    kind: 'join',
    name: 'random',
    left: toSource(left, keys),
    parts: parts.map((part) => toPart(part, left, keys)),
  };
  const tables = drawTables(join, left, parts, keys, r);
  return { join, tables, tags: tagsOf(join, parts, keys) };
}

function drawTables(
  join: JoinSpec,
  left: Draft,
  parts: readonly DraftPart[],
  keys: KeySpace,
  r: Random,
): Tables {
  const leftRows =
    left.kind === 'events' ? leftEventRows(left, keys, r) : leftEntityRows(left, keys, r);
  const tables: Tables = { [left.name]: leftRows };
  for (const draft of new Set(parts.map((p) => p.draft))) {
    const targets = targetsOf(join, left.keyColumns, leftRows, draft.name);
    if (draft.kind === 'entities') tables[draft.name] = entityRows(draft, keys, join, leftRows, r);
    // A left that is also a source keeps its own rows and gets the aimed ones as further left rows.
    else if (draft === left) leftRows.push(...eventRows(draft, keys, targets, r).slice(0, 25));
    else tables[draft.name] = eventRows(draft, keys, targets, r);
  }
  return tables;
}

function tagsOf(join: JoinSpec, parts: readonly DraftPart[], keys: KeySpace): string[] {
  const tags = new Set<string>([`left:${join.left.kind}`]);
  const when = (condition: boolean, tag: string): void => {
    if (condition) tags.add(tag);
  };
  for (const type of keys.types) tags.add(`key:${type.kind}`);
  when(keys.types.length > 1, 'key:two-columns');
  when(
    join.left.time !== undefined,
    `left-time:${join.left.columns.find((c) => c.name === join.left.time)?.type.kind}`,
  );
  when(join.left.where !== undefined, 'left-where');
  when(new Set(parts.map((p) => p.draft)).size < parts.length, 'shared-source');
  for (const { draft, prefix, empty } of parts) {
    when(draft.isLeft, 'self-join');
    when(draft.time !== undefined, `time:${draft.time?.type.kind}`);
    when(!draft.hasDs && !draft.static, 'no-ds');
    when(draft.static, 'static');
    when(draft.tieBreaker !== undefined, 'tie-breaker');
    when(draft.eventId !== undefined, 'event-id');
    when(draft.dedupeBy !== undefined, 'dedupe');
    when(draft.where !== undefined, 'source-where');
    when(draft.allowPre1970, 'pre-1970');
    when(prefix !== undefined, 'prefix');
    when(empty === 'null', 'empty-null');
  }
  for (const { aggregation } of featuresOf(join)) {
    when(aggregation === undefined, 'pass-through');
    when(aggregation?.as !== undefined, 'as');
  }
  return [...tags];
}
