import {
  type ColumnSpec,
  combineProblems,
  DS,
  dayOf,
  formatDay,
  formatType,
  type JoinSpec,
  TesseraError,
} from '@tessera/api';
import { columnFromValues } from '../values/to-column.js';
import type { ExplainDerivedOptions } from './derived-explanation.js';
import { badRequest } from './request.js';

/** What a left row with these keys at this instant holds in the columns that are read, as text of their type. */
export type LeftValues = ReadonlyMap<string, string | null>;

/** The instant as the left's own time column writes it. */
function timeText({ type }: ColumnSpec, ms: number): string {
  switch (type.kind) {
    case 'date':
      return formatDay(dayOf(ms));
    case 'epoch_s':
      return String(Math.floor(ms / 1000));
    case 'epoch_ms':
      return String(ms);
    case 'epoch_us':
      return String(BigInt(ms) * 1000n);
    default:
      return new Date(ms).toISOString();
  }
}

/** S3.4: of entities the instant is the midnight that ends the day. */
function dayText({ left }: JoinSpec, ms: number): string {
  return formatDay(dayOf(left.kind === 'entities' ? ms - 1 : ms));
}

/**
 * Of the columns that are read those of the left, and the day.
 *
 * Throws   BAD_OPTION, UNKNOWN_COLUMN, all together: what is missing, what is none of its type, what the left lacks
 */
export function leftValues(
  join: JoinSpec,
  column: string,
  read: readonly string[],
  { keys, left = {} }: Pick<ExplainDerivedOptions, 'keys' | 'left'>,
  askedMs: number,
): LeftValues {
  const problems: TesseraError[] = [];
  const columns = new Map(join.left.columns.map((one) => [one.name, one]));
  for (const name of Object.keys(left))
    if (!columns.has(name))
      problems.push(
        new TesseraError('UNKNOWN_COLUMN', {
          ...{ source: join.left.name, column: name, columns: [...columns.keys()] },
        }),
      );
  const values = new Map<string, string | null>();
  for (const name of read) {
    const spec = columns.get(name);
    if (name === DS) values.set(DS, dayText(join, askedMs));
    if (name === DS || spec === undefined) continue;
    const given = left[name] !== undefined ? left[name] : keys[name];
    const text = given === undefined && name === join.left.time ? timeText(spec, askedMs) : given;
    if (text === undefined) {
      const reason = `lacks \`${name}\` (${formatType(spec.type)}), which \`${column}\` is computed from`;
      problems.push(badRequest('left', reason, `--left ${name}=…`));
      continue;
    }
    try {
      columnFromValues({ table: 'left', column: name }, spec.type, [text], () => 0);
      values.set(name, text);
    } catch (error) {
      if (!(error instanceof TesseraError)) throw error;
      problems.push(error);
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
  return values;
}
