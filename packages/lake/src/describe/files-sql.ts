import { readCsvHeader } from '../csv-header.js';
import { quoteLiteral, quotePaths } from '../quote.js';
import type { FoundTable, TableFile } from './find-tables.js';

/** All rows of files, for questions about whole partitions. CSV files of one header are read together. */
export function filesSql(table: FoundTable, files: readonly TableFile[]): string {
  if (table.format === 'parquet') {
    const paths = quotePaths(files.map(({ path }) => path));
    return `SELECT * FROM read_parquet(${paths}, hive_partitioning=false, union_by_name=true)`;
  }
  const headers = new Map<string, { header: { name: string }[]; files: TableFile[] }>();
  for (const file of files) {
    const names = readCsvHeader(file.path);
    const alike = headers.get(JSON.stringify(names));
    if (alike !== undefined) alike.files.push(file);
    else {
      const header = names.map((name) => ({ name }));
      headers.set(JSON.stringify(names), { header, files: [file] });
    }
  }
  return [...headers.values()]
    .map((one) => `(SELECT * FROM ${csvReader(one.files, one.header)})`)
    .join(' UNION ALL BY NAME ');
}

export function csvReader(
  files: readonly TableFile[],
  header: readonly { readonly name: string }[],
): string {
  const columns = header.map(({ name }) => `${quoteLiteral(name)}: 'VARCHAR'`);
  return `read_csv(${quotePaths(files.map(({ path }) => path))}, auto_detect=false, header=true, delim=',', quote='"', escape='"', nullstr='', allow_quoted_nulls=false, hive_partitioning=false, columns={${columns.join(', ')}})`;
}
