import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquet } from '../files/workspace.js';

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'];

/** A lake with one table of every layout and every trouble. */
export async function writeOddLake(lake: string): Promise<void> {
  await parquet(
    join(lake, 'odd names/x.parquet'),
    `SELECT i AS "order", 'u' || (i % 7) AS "user id", (i % 5)::DOUBLE AS "Grüße 'n ""stuff""",
       TIMESTAMP '2024-01-01' + i * INTERVAL 1 HOUR AS "select", {'a': i} AS st, MAP {'x': i} AS mp, i::UBIGINT AS ub,
       TIME '10:00' AS tm, 'x'::BLOB AS bl, uuid() AS uu, 1::DECIMAL(10, 2) AS dec, [1, 2] AS li, 1 AS "*/ evil", 1 AS "__x"
     FROM range(100) t(i)`,
  );
  for (const ds of DAYS) {
    await parquet(
      join(lake, `merchants/ds=${ds}/a.parquet`),
      `SELECT 'm' || i AS merchant_id, ['DE', 'FR'][1 + (i % 2)] AS country FROM range(50) t(i)`,
    );
    await parquet(
      join(lake, `payments/ds=${ds}/a.parquet`),
      `SELECT '${ds}' || i AS payment_id, 'm' || (i % 20) AS merchant_id, i / 4 AS amount,
         epoch_ms(TIMESTAMP '${ds}') + i * 1000 AS paid_ms FROM range(500) t(i)`,
    );
    write(
      join(lake, `clicks/2024/${ds.slice(8)}/c.csv`),
      `click_id,user,at,n,zip,ok\n${Array.from({ length: 50 }, (_, k) => `${ds}-${k},u${k % 5},${ds}T${String(k % 24).padStart(2, '0')}:00:00Z,${k % 3 === 0 ? '' : 1.5},0${1000 + k},true`).join('\n')}\n`,
    );
  }
  await parquet(
    join(lake, 'told.parquet'),
    `SELECT 'u' || (i % 7) AS user_id, '2024-01-0' || (1 + i % 9) || 'T10:00:00Z' AS happened FROM range(100) t(i)`,
  );
  write(join(lake, 'semicolons.csv'), 'a;b\n1;2\n');
  write(join(lake, 'notes.json'), '{}');
}
