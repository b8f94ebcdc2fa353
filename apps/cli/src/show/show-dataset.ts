import { type DataType, formatType } from '@tessera/api';
import {
  declaredAs,
  distribution,
  nullsByDay,
  type Published,
  publishedRows,
  type Session,
} from '@tessera/lake';
import { type CommandContext, printLines } from '../commands/context.js';
import type { ShowRequest } from '../commands/show.js';
import { distributionLines } from '../output/distribution-lines.js';
import { printJson } from '../output/json-document.js';
import { nullCellCount, nullLines } from '../output/null-lines.js';
import { rowTable } from '../output/row-table.js';
import { findColumns } from './find-columns.js';

export interface ShownDataset {
  readonly name: string;
  readonly dataset: Published;
  readonly request: ShowRequest;
}

/** First rows, then nulls over time of every column. */
export async function showDataset(
  { name, dataset, request }: ShownDataset,
  session: Session,
  context: CommandContext,
): Promise<void> {
  const style = context.terminal.outStyle;
  const all = dataset.columns.map((column) => column.name);
  const columns = findColumns(name, dataset, request.columns ?? all);
  const names = columns.map((column) => column.name);
  const rows = await publishedRows(session, dataset, { columns: names, limit: request.rows });
  const cells = request.json ? 60 : nullCellCount(names, style);
  const nulls = await nullsByDay(session, dataset, { columns: names, cells });
  if (request.json) {
    const nullsOf = (idx: number) => nulls.map((cell) => cell.nulls[idx]!);
    context.terminal.out(
      printJson({
        ...datasetDocument(name, dataset),
        columns,
        firstRows: rows.map((row) => Object.fromEntries(names.map((one, idx) => [one, row[idx]]))),
        days: nulls.map(({ first, last, rows: count }) => ({ first, last, rows: count })),
        nulls: Object.fromEntries(names.map((one, idx) => [one, nullsOf(idx)])),
      }),
    );
    return;
  }
  const features = new Set(dataset.features);
  const lead = names.filter((one) => !features.has(one)).slice(0, 2);
  const shown = columns.map((column) => ({
    name: column.name,
    type: typeOf(column.type),
    rank:
      request.columns !== null || lead.includes(column.name)
        ? 0
        : features.has(column.name)
          ? 1
          : 2,
  }));
  printLines(context, [
    ...(request.rows > 0 ? [...rowTable(shown, rows, style), ''] : []),
    ...nullLines(names, nulls, style),
  ]);
}

/** One column: how its values lie, and its nulls over time. */
export async function showColumn(
  { name, dataset, request, column }: ShownDataset & { readonly column: string },
  session: Session,
  context: CommandContext,
): Promise<void> {
  const style = context.terminal.outStyle;
  const [found] = findColumns(name, dataset, [column]);
  const shape = await distribution(session, dataset, found!);
  const cells = request.json ? 60 : nullCellCount([column], style);
  const nulls = await nullsByDay(session, dataset, { columns: [column], cells });
  if (request.json) {
    context.terminal.out(
      printJson({
        ...datasetDocument(name, dataset),
        column: found,
        distribution: shape,
        nulls: nulls.map(({ first, last, rows, nulls: [count] }) => ({
          first,
          last,
          rows,
          nulls: count,
        })),
      }),
    );
    return;
  }
  printLines(context, [
    `  ${column}  ${typeText(found!.type)}`,
    ...distributionLines(shape, typeOf(found!.type), style),
    '',
    ...nullLines([column], nulls, style),
  ]);
}

function datasetDocument(name: string, { path, rows, bytes, partitions, lost }: Published) {
  return {
    command: 'show',
    name,
    path,
    rows,
    bytes,
    partitions: partitions.map(({ ds, rows: count }) => ({ ds, rows: count })),
    lost,
  };
}

/** A file's type as one of ours, for printing; null for what is printed as it is (maps). */
function typeOf(fileType: string): DataType | null {
  const declared = declaredAs(fileType);
  return 'type' in declared && declared.type.kind !== 'list' ? declared.type : null;
}

function typeText(fileType: string): string {
  const declared = declaredAs(fileType);
  return 'type' in declared ? formatType(declared.type) : fileType;
}
