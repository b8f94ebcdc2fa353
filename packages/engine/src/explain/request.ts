import type { ColumnSpec } from '@tessera/api';
import {
  combineProblems,
  computedColumns,
  floorDiv,
  formatExpression,
  formatType,
  type JoinSpec,
  joinParts,
  leftColumns,
  type OutputColumn,
  outputOf,
  type PartSpec,
  parseInstantNs,
  TesseraError,
} from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { columnFromValues } from '../values/to-column.js';
import type { ExplainOptions } from './explanation.js';

/** A key as asked: its left column, and one row of it. */
export interface KeyAsked {
  readonly spec: ColumnSpec;
  readonly right: string;
  readonly column: Column;
  readonly strings: readonly string[];
  readonly isNull: boolean;
}

export interface Request {
  readonly join: JoinSpec;
  readonly part: PartSpec;
  readonly column: OutputColumn;
  readonly keys: readonly KeyAsked[];
  readonly askedMs: number;
  readonly limit: number;
}

const DEFAULT_LIMIT = 1000;
const NS_PER_MS = 1_000_000n;

/** What is asked, checked against the join. Throws UNKNOWN_COLUMN, UNKNOWN_KEY, BAD_OPTION, all problems together. */
export function readRequest(join: JoinSpec, options: ExplainOptions): Request {
  const problems: TesseraError[] = [];
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TesseraError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const { limit = DEFAULT_LIMIT } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    problems.push(badRequest('limit', `must be a whole number of at least 1: ${limit}`));
  const askedMs = attempt(() => readInstant(options.at));
  const column = attempt(() => findColumn(join, options.column));
  const part = column === undefined ? undefined : joinParts(join)[column.partIdx];
  problems.push(...strangers(join, options.keys));
  const keys = part && attempt(() => readKeys(join, part, options.keys, attempt));
  if (problems.length > 0) throw combineProblems(problems);
  if (column === undefined || part === undefined || keys === undefined || askedMs === undefined)
    throw new TesseraError('INTERNAL', { reason: 'a request without a part' });
  return { join, part, column, keys, askedMs, limit };
}

export function badRequest(option: string, reason: string, hint?: string): TesseraError {
  return new TesseraError('BAD_OPTION', { option, reason }, hint === undefined ? {} : { hint });
}

/** Throws BAD_OPTION. */
export function readInstant(at: ExplainOptions['at']): number {
  const ms = at instanceof Date ? at.getTime() : at;
  const ns =
    typeof ms === 'string' ? parseInstantNs(ms) : Number.isSafeInteger(ms) ? BigInt(ms) : null;
  if (ns === null)
    throw badRequest(
      'at',
      `is no instant: \`${String(at)}\``,
      'Write it in UTC: 2025-03-01T10:00:00Z.',
    );
  const floored = typeof ms === 'string' ? Number(floorDiv(ns, NS_PER_MS)) : Number(ns);
  if (Number.isNaN(new Date(floored).getTime()))
    throw badRequest('at', 'is beyond what a date can be');
  return floored;
}

function findColumn(join: JoinSpec, name: string): OutputColumn {
  const computed = computedColumns(join);
  const found = computed.find(({ column }) => column.name === name)?.column;
  if (found?.expression !== undefined)
    throw badRequest(
      'column',
      `is derived: \`${name}\` is \`${formatExpression(found.expression)}\``,
      'It has no events of its own: explainDerived (`tessera explain`) shows what it is computed from.',
    );
  if (found) return found;
  const columns = outputOf(computed);
  const isLeft = leftColumns(join).some((column) => column.name === name);
  throw new TesseraError('UNKNOWN_COLUMN', {
    source: join.name,
    column: name,
    columns: columns.map((column) => column.name),
    ...(isLeft && {
      advice: `\`${name}\` is a column of its left, ${join.left.name}: no feature.`,
    }),
  });
}

/** Keys of other parts do no harm: one command line may be used for several columns. */
function strangers(join: JoinSpec, given: ExplainOptions['keys']): TesseraError[] {
  const keys = [...new Set(joinParts(join).flatMap((part) => part.keys.map(({ left }) => left)))];
  return Object.keys(given)
    .filter((key) => !keys.includes(key))
    .map((key) => new TesseraError('UNKNOWN_KEY', { groupBy: join.name, key, keys }));
}

function readKeys(
  join: JoinSpec,
  part: PartSpec,
  given: ExplainOptions['keys'],
  attempt: <T>(work: () => T) => T | undefined,
): KeyAsked[] {
  return part.keys.flatMap(({ left, right }) => {
    const spec = join.left.columns.find((column) => column.name === left);
    if (!spec) throw new TesseraError('INTERNAL', { reason: `${join.name} lost its key ${left}` });
    const key = attempt(() => {
      const text = given[left];
      if (text === undefined) {
        const all = part.keys.map((one) => one.left).join(', ');
        const reason = `lacks \`${left}\` (${formatType(spec.type)}): ${part.groupBy.name} is asked by ${all}`;
        throw badRequest('key', reason, `--key ${left}=…`);
      }
      return readKey(spec, right, text);
    });
    return key === undefined ? [] : [key];
  });
}

function readKey(spec: ColumnSpec, right: string, text: string | null): KeyAsked {
  const strings: string[] = [];
  const codeOf = (string: string) => strings.push(string) - 1;
  const place = { table: 'key', column: spec.name };
  const column = columnFromValues(place, spec.type, [text], codeOf);
  // NaN is null (S4.4).
  const isNull = text === null || (column.kind === 'f64' && Number.isNaN(column.values[0]));
  return { spec, right, column, strings, isNull };
}
