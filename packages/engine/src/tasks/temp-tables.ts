import { readStrings, run, type Session } from '@tessera/lake';

let tasks = 0;

/**
 * Tables of a session for one task, dropped when it is over, however it ends.
 *
 * @param kind the beginning of their names
 * @param use gets a function that makes one and gives its name, which needs quotes
 */
export async function withTempTables<T>(
  session: Session,
  kind: string,
  use: (table: (suffix: string, sql: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const name = `${kind}_${tasks++}`;
  const made: string[] = [];
  try {
    return await use(async (suffix, sql) => {
      const own = `${name}_${suffix}`;
      await run(session, `CREATE TEMP TABLE "${own}" AS ${sql}`);
      made.push(own);
      return own;
    });
  } finally {
    for (const own of made) await run(session, `DROP TABLE IF EXISTS "${own}"`);
  }
}

/** Strings by code. @param table SQL that names one with `code` and `s` */
export async function stringsOf(session: Session, table: string): Promise<readonly string[]> {
  const strings = await readStrings(session, `SELECT s FROM ${table} ORDER BY code`);
  return strings.map((s) => s ?? '');
}
