import {
  combineProblems,
  type DataType,
  formatType,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import { isAssignable } from './assignable.js';
import { duckDbType } from './duckdb-type.js';
import type { FileFacts } from './file-facts.js';

export interface SchemaCheck {
  /** Nullable columns that some files lack and that are null there. */
  readonly filled: readonly { readonly column: string; readonly files: readonly string[] }[];
}

type SchemaFacts = Pick<FileFacts, 'path' | 'ds' | 'columns'>;

/**
 * Check the files of a source against its declaration. Wider is accepted where nothing can be lost (`isAssignable`).
 *
 * Throws  all together: SCHEMA_MISSING_COLUMN (in no file; or not nullable and absent from some file; or there only under
 *         another spelling of upper and lower case), SCHEMA_TYPE (never right), SCHEMA_DISAGREES (right in one file,
 *         wrong in another), DUPLICATE_COLUMN_NAME (two declared names that DuckDB cannot tell apart)
 */
export function checkSchema(source: SourceSpec, facts: readonly SchemaFacts[]): SchemaCheck {
  const problems: TesseraError[] = sameButForCase(source);
  const filled: { column: string; files: readonly string[] }[] = [];
  const types = facts.map((file) => new Map(file.columns.map((c) => [c.name, c.type])));
  for (const column of source.columns) {
    if (column.expression !== undefined) continue;
    // The label of a `ds=` folder is the value of that column.
    const inFile = (i: number): boolean => column.name !== 'ds' || facts[i]!.ds === null;
    const present = facts.flatMap((file, i) => {
      const type = inFile(i) ? types[i]!.get(column.name) : undefined;
      return type === undefined ? [] : [{ path: file.path, type }];
    });
    const absent = facts.filter((_, i) => inFile(i) && !types[i]!.has(column.name));
    const disguised = absent.find((file) =>
      file.columns.some((c) => c.name.toLowerCase() === column.name.toLowerCase()),
    );
    const nowhere = absent.length > 0 && absent.length === facts.length;
    const lacking = disguised ?? (nowhere || !column.nullable ? absent[0] : undefined);
    if (lacking !== undefined) {
      problems.push(
        new TesseraError('SCHEMA_MISSING_COLUMN', {
          source: source.name,
          column: column.name,
          file: lacking.path,
          columns: lacking.columns.map((c) => c.name),
        }),
      );
    } else if (absent.length > 0) {
      filled.push({ column: column.name, files: absent.map((file) => file.path) });
    }
    const problem = typeProblem(source, column.name, column.type, present);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) throw combineProblems(problems);
  return { filled };
}

function typeProblem(
  source: SourceSpec,
  column: string,
  declared: DataType,
  present: readonly { readonly path: string; readonly type: string }[],
): TesseraError | null {
  const wrong = present.find(({ type }) => !isAssignable(type, declared));
  if (wrong === undefined) return null;
  const right = present.find(({ type }) => isAssignable(type, declared));
  if (right === undefined) {
    return new TesseraError(
      'SCHEMA_TYPE',
      {
        source: source.name,
        column,
        file: wrong.path,
        declared: formatType(declared),
        actual: wrong.type,
      },
      hintFor(wrong.type, declared),
    );
  }
  return new TesseraError(
    'SCHEMA_DISAGREES',
    {
      source: source.name,
      column,
      file: right.path,
      type: right.type,
      otherFile: wrong.path,
      otherType: wrong.type,
    },
    { hint: `It is declared as ${formatType(declared)} (${duckDbType(declared)}).` },
  );
}

function hintFor(actual: string, declared: DataType): { hint?: string } {
  if (actual === 'TIMESTAMP_NS' && declared.kind === 'timestamp') {
    return { hint: "Declare it as 'timestamp_ns'." };
  }
  if (actual === 'BIGINT' && declared.kind === 'double') {
    return { hint: "A double does not hold every int64: declare it as 'int64'." };
  }
  if (actual === 'BLOB' && declared.kind === 'string') {
    return {
      hint: 'The file does not say that these bytes are text (UTF8): write it with a string type.',
    };
  }
  return {};
}

function sameButForCase(source: SourceSpec): TesseraError[] {
  const seen = new Map<string, string>();
  return source.columns.flatMap(({ name }) => {
    const earlier = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (earlier === undefined) return [];
    const first = `\`${earlier}\` of ${source.name}`;
    const second = `\`${name}\` of ${source.name}: names that differ only in upper and lower case are one to DuckDB`;
    return [new TesseraError('DUPLICATE_COLUMN_NAME', { name, first, second })];
  });
}
