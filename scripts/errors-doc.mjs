// docs/errors.md from the one table of error codes: `node scripts/errors-doc.mjs` prints it, `--write` replaces the file.
// Every code is shown as a user reads it, with sample parameters; a code without a sample is an error.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ERROR_TABLE, formatError, TesseraError } from '@tessera/api';

const columns = ['amount', 'currency', 'transaction_id', 'ts', 'user_id'];
const source = 'payments.transactions';
const file = 'data/transactions/ds=2025-01-01/part-0.parquet';

/** Code → [parameters, where]. */
const SAMPLES = {
  UNKNOWN_COLUMN: [{ source, column: 'ammount', columns }, "user_spend › sum('ammount')"],
  UNKNOWN_KEY: [
    { groupBy: 'user_spend', key: 'usr_id', keys: ['user_id'] },
    'fraud_v2 › part(user_spend)',
  ],
  KEY_TYPE_MISMATCH: [
    {
      groupBy: 'user_spend',
      left: 'user_id',
      leftType: 'int64',
      right: 'user_id',
      rightType: 'string',
    },
    'fraud_v2 › part(user_spend)',
  ],
  OPERATION_TYPE: [
    {
      operation: 'SUM',
      column: 'currency',
      type: 'string',
      accepts: 'numbers, booleans, or lists of them',
      columns: ['amount'],
    },
    "user_spend › sum('currency')",
  ],
  DUPLICATE_COLUMN_NAME: [
    {
      name: 'user_spend_count_7d',
      first: 'user_spend › count() over 7d',
      second: 'user_spend › count() over 7d by channel as count',
    },
    'fraud_v2 › derive › ratio',
  ],
  LABEL_LEAK: [
    {
      source: 'fraud_v1',
      path: 'out/train-sets/fraud_v1',
      column: 'label_is_fraud_max_30d',
    },
    "risk › sum('label_is_fraud_max_30d')",
  ],
  BAD_TYPE: [
    { text: 'strng', reason: 'is not a type', candidates: ['boolean', 'double', 'string'] },
    source,
  ],
  BAD_WINDOW: [{ window: '1w', reason: 'is not a length of time' }, 'user_spend › count()'],
  BAD_OPTION: [
    {
      option: 'windws',
      reason: 'is no option here',
      options: ['as', 'by', 'tail', 'where', 'windows'],
    },
    'user_spend › count()',
  ],
  BAD_NAME: [{ name: '../user_spend', reason: 'looks like a path' }, '../user_spend'],
  BAD_PREDICATE: [
    {
      text: "currency = 'USD' AND ammount > 1",
      position: 21,
      reason: 'there is no column `ammount`',
      name: 'ammount',
      candidates: columns,
    },
    'user_spend › count()',
  ],
  DERIVATION_CYCLE: [{ cycle: ['ratio', 'share', 'ratio'] }, 'fraud_v2 › derive'],
  BAD_EXPRESSION: [
    {
      what: 'expression',
      text: 'amount / (ammount_avg + 1',
      position: 25,
      reason: 'expected `)`, found the end',
    },
    'fraud_v2',
  ],
  TYPE_DISAGREES: [
    { text: 'amount / 100', ours: 'DOUBLE', theirs: 'DECIMAL(18,3)' },
    'fraud_v2 › derive › share',
  ],
  UNKNOWN_JOIN: [{ name: 'fraud_v3', names: ['fraud_v2'] }],
  UNKNOWN_GROUP_BY: [{ name: 'user_spent', names: ['merchant_risk', 'user_spend'] }],
  NO_DEFINITIONS: [{ folder: 'features' }],
  DUPLICATE_DEFINITION: [
    { kind: 'join', name: 'fraud_v2', first: 'features/fraud.ts', second: 'features/fraud-v2.ts' },
  ],
  DEFINITION_FAILED: [
    { file: 'features/user-spend.ts', reason: "Cannot find module '../source.js'" },
  ],
  RULE_BROKEN: [
    {
      rule: 'ONLINE_DERIVE_READS_LEFT',
      message: '`amount` is a left column, and neither a key nor in the request.',
    },
    'fraud_v2 › derive › ratio',
  ],
  VALIDATION_FAILED: [{ errors: 3, objects: 2 }],
  BREAKING_CHANGE: [{ names: ['user_spend'] }],
  UNKNOWN_REVISION: [{ revision: 'v2.0.1', reason: "git: unknown revision 'v2.0.1'" }],
  NEWER_COMPILED: [{ path: 'compiled', format: 2, known: 1 }],
  BAD_COMPILED: [{ path: 'compiled/group-bys/user_spend.json', reason: 'it is no JSON' }],
  BAD_RANGE: [{ reason: 'start 2025-02-01 is after end 2025-01-31' }],
  PATH_MISSING: [{ path: 'data/transactions', source }],
  NO_PARTITIONS: [{ path: 'data/transactions', source, range: '2026-01-01 to 2026-01-31' }],
  NO_TABLES: [{ path: 'exports', files: ['exports/orders.json', 'exports/users.xlsx'] }],
  NO_EVENTS: [{ tables: ['countries', 'currencies'] }],
  FOLDER_IN_USE: [{ path: '../my-features', found: 'README.md' }],
  NOT_PUBLISHED: [
    {
      name: 'fraud_v2',
      path: 'out/train-sets/fraud_v2',
      command: 'tessera train-set --join=fraud_v2',
    },
  ],
  TESTS_FAILED: [{ files: ['test/customer.test.ts'] }],
  BAD_PARTITION: [{ path: 'data/transactions/ds=2025-13-01', reason: '`2025-13-01` is no day' }],
  REMOTE_PATH: [{ path: 's3://bucket/transactions' }],
  FILE_UNREADABLE: [{ path: file, reason: 'it does not end as a Parquet file does' }],
  FILE_CHANGED: [{ files: [file] }],
  SCHEMA_MISSING_COLUMN: [{ source, column: 'amount', file, columns: ['amt', 'ts', 'user_id'] }],
  SCHEMA_TYPE: [{ source, column: 'amount', file, declared: 'double', actual: 'string' }],
  SCHEMA_DISAGREES: [
    {
      source,
      column: 'amount',
      file,
      type: 'double',
      otherFile: file.replace('01-01', '01-02'),
      otherType: 'string',
    },
  ],
  MISSING_SNAPSHOT: [
    {
      source: 'merchants.profiles',
      days: ['2025-01-03', '2025-01-04'],
      part: 'merchants.profiles',
    },
    'merchants.profiles',
  ],
  DS_WITHOUT_FOLDERS: [{ source, path: 'data/transactions.parquet' }],
  NULL_IN_COLUMN: [{ source, column: 'user_id', file, rows: 3 }],
  FEATURES_STALE: [
    {
      name: 'fraud_v2',
      days: ['2025-03-01', '2025-03-02'],
      reason: 'input changed: data/transactions/ds=2025-02-28/part-0.parquet',
      command: 'tessera train-set --join=fraud_v2',
    },
  ],
  MIXED_DEFINITIONS: [
    {
      path: 'out/train-sets/fraud_v2',
      days: ['2025-01-01', '2025-01-02'],
      reason: 'definition changed',
    },
  ],
  DUPLICATE_ENTITY_KEY: [
    { source: 'merchants.profiles', key: 'merchant_id=m0001', ds: '2025-01-03' },
  ],
  SUM_OVERFLOW: [{ column: 'user_spend_points_sum_7d', key: 'user_id=u0001' }],
  VECTOR_LENGTH: [{ column: 'user_embedding_vector_average_7d', key: 'user_id=u0001' }],
  VECTOR_NULL: [{ column: 'user_embedding_vector_average_7d', key: 'user_id=u0001' }],
  INFINITE_INPUT: [{ source, column: 'amount', key: 'user_id=u0001' }],
  TOO_MANY_DISTINCT: [
    {
      column: 'user_habits_merchant_id_top3_frequent_30d',
      key: 'user_id=u0001',
      maxDistinct: 100000,
    },
  ],
  BAD_STORE: [{ store: 'dynamodb://features', reason: 'is of no kind that is known' }],
  NOT_UPLOADED: [{ unit: 'join.fraud_v2', store: 'lmdb:out/online' }],
  NOTHING_TO_ROLL_BACK: [{ unit: 'join.fraud_v2', store: 'lmdb:out/online' }],
  VERSION_IN_USE: [
    { unit: 'join.fraud_v2', version: '20250301T000000Z-1f3a9c', store: 'lmdb:out/online' },
  ],
  UPLOAD_LOCKED: [
    {
      unit: 'join.fraud_v2',
      store: 'lmdb:out/online',
      owner: 'upload, process 4242 on host-1, since 2025-03-01T02:00:00.000Z',
    },
  ],
  STORE_UNAVAILABLE: [{ store: 'redis://10.0.0.7:6379', reason: 'connect ECONNREFUSED' }],
  STORE_FULL: [
    {
      store: 'redis://10.0.0.7:6379',
      reason: "command not allowed when used memory > 'maxmemory'",
    },
  ],
  STORE_VERSION_GONE: [
    { unit: 'join.fraud_v2', version: '20250301T000000Z-1f3a9c', store: 'redis://10.0.0.7:6379' },
  ],
  STORE_DAMAGED: [{ store: 'lmdb:out/online', reason: 'data.mdb is shorter than it was' }],
  UPLOAD_NOT_VERIFIED: [
    {
      unit: 'join.fraud_v2',
      version: '20250301T000000Z-1f3a9c',
      store: 'redis://10.0.0.7:6379',
      reason: 'it holds 99 entries, and 100 were written',
    },
  ],
  SERVED_SCHEMA_CHANGED: [
    {
      unit: 'join.fraud_v2',
      store: 'lmdb:out/online',
      reason: '`user_spend_amount_sum_7d` is computed in another way',
      command: 'tessera upload --join=fraud_v2',
    },
  ],
  NOT_ANSWERED: [
    {
      part: 'user_spend',
      at: '2025-03-05T10:00:00Z',
      first: '2025-03-01T00:00:00Z',
      last: '2025-03-03T00:00:00Z',
    },
  ],
  TOO_OLD: [{ part: 'user_spend', ageMs: 100_000_000, maxAgeMs: 90_000_000 }],
  TIMEOUT: [{ store: 'redis://10.0.0.7:6379', timeoutMs: 20 }],
  DATASET_LOCKED: [{ path: 'out/train-sets/fraud_v2', owner: 'train-set fraud_v2, process 4242' }],
  DAMAGED: [{ path: 'out', findings: 2 }],
  DISK_FULL: [{ path: 'out/train-sets/fraud_v2' }],
  NOT_WRITABLE: [{ path: 'out', reason: 'permission denied' }],
  // In the table for the memory budget to come; nothing raises it yet.
  NOTHING_ONLINE: [{ name: 'fraud_v2' }],
  EXACT_TAIL_ONLINE: [{ name: 'fraud_v2', groupBys: ['user_spend'] }],
  NOTHING_COMPARED: [{ name: 'fraud_v2', why: 'its left has no day' }],
  MEMORY_TOO_SMALL: [{ budgetBytes: 536870912, neededBytes: 1073741824, detail: 'largest bucket' }],
  OUT_OF_MEMORY: [
    { limit: '80.3 MiB', reason: 'Out of Memory Error: failed to pin block of size 256.0 KiB' },
  ],
  ADDRESS_SPACE: [{ bytes: 2_000_000 }],
  DUCKDB_FAILED: [{ sql: 'SELECT …', reason: 'Out of Memory Error' }],
  INTERRUPTED: [{}],
  INTERNAL: [{ reason: 'no facts for a source' }],
};

/** What to do, in a sentence; the hints of single errors say it with their names. */
const ADVICE = {
  UNKNOWN_COLUMN: 'Correct the name, or declare the column in the source.',
  UNKNOWN_KEY: "Correct the name on the right side of the part's `keys`.",
  KEY_TYPE_MISMATCH: 'Declare both columns with one type.',
  OPERATION_TYPE: 'Take another operation or another column.',
  DUPLICATE_COLUMN_NAME: 'Give one of them `as`, or its part a `prefix`.',
  LABEL_LEAK: 'Leave the column out of the feature.',
  BAD_TYPE: 'Write one of the types that are listed.',
  BAD_WINDOW: 'Write a whole number of m, h or d, or null.',
  BAD_OPTION: 'Correct or leave out the option.',
  BAD_NAME: 'Choose a name with a letter or digit that is no path.',
  BAD_PREDICATE: 'Correct the text at the mark.',
  DERIVATION_CYCLE: 'Derive one of them from something else.',
  BAD_EXPRESSION: 'Correct the text at the mark.',
  TYPE_DISAGREES:
    'A mistake of ours: please report it. CAST(… AS …) around the expression says which type is meant.',
  UNKNOWN_JOIN: 'Name one of the joins that are listed.',
  UNKNOWN_GROUP_BY: 'Name one of the groupBys that are listed.',
  NO_DEFINITIONS: 'Export a join or groupBy, or point `features` at the right folder.',
  DUPLICATE_DEFINITION: 'Rename one of the two.',
  DEFINITION_FAILED: 'Correct the file at the line; `--debug` shows the whole stack.',
  RULE_BROKEN: 'What the rule says, and what to do: [rules](rules.md).',
  VALIDATION_FAILED: 'Each broken rule is listed above with what to do: [rules](rules.md).',
  BREAKING_CHANGE:
    'What is served reads the columns by name and meaning: give the new form a version or a name of its own.',
  UNKNOWN_REVISION: '`git rev-parse` says what git knows.',
  NEWER_COMPILED: 'Update tessera, or compile anew.',
  BAD_COMPILED: 'The folder is made, not written: compile again.',
  BAD_RANGE: 'Write days as YYYY-MM-DD, the earlier one first.',
  PATH_MISSING: 'Correct `path` in the source, or `--lake`.',
  NO_PARTITIONS: 'Ask for days that there are, or bring the data.',
  BAD_PARTITION: 'Rename, move or remove what lies beside the `ds=` folders.',
  NO_TABLES: 'Name a folder that holds Parquet or CSV.',
  NO_EVENTS: 'Bring a table with a column that says when a row happened.',
  FOLDER_IN_USE: 'Name a new folder.',
  NOT_PUBLISHED: 'Build it first.',
  TESTS_FAILED: 'Look at what the tests say above.',
  REMOTE_PATH: 'Mount or copy the data and give the local path.',
  FILE_UNREADABLE: 'Write the file again from where it came, or remove it.',
  FILE_CHANGED: 'Run again once nothing writes into the lake.',
  DS_WITHOUT_FOLDERS: 'Take `ds` out of the columns, or put the files into `ds=` folders.',
  NULL_IN_COLUMN: 'Leave out the `!`, or bring the values.',
  FEATURES_STALE: 'Run without `--labels-only`.',
  MIXED_DEFINITIONS: 'Build the whole range, or allow `--replace`.',
  OUT_OF_MEMORY: 'Give more with `--memory`, or use fewer workers.',
  ADDRESS_SPACE: 'Raise `ulimit -v`, or set `NODE_OPTIONS=--disable-wasm-trap-handler`.',
  SCHEMA_MISSING_COLUMN: "Correct the source's `columns`, or write the file again.",
  SCHEMA_TYPE: "Change the type in the source's `columns`, or the file.",
  SCHEMA_DISAGREES: 'Write the files that differ again with one type.',
  MISSING_SNAPSHOT: "Bring the days, or say `missing: 'null'` on the part.",
  DUPLICATE_ENTITY_KEY: 'Remove the repeated row, or declare `dedupe`.',
  SUM_OVERFLOW: 'Sum a wider type, or over a shorter window.',
  VECTOR_LENGTH: 'Keep vectors of other lengths out with `where`.',
  VECTOR_NULL: 'Write null for the whole vector.',
  INFINITE_INPUT: 'Correct the data, or run without `--strict`.',
  TOO_MANY_DISTINCT: 'Raise `maxDistinct`, or run without `--strict`.',
  BAD_STORE: 'Correct `--store`.',
  NOT_UPLOADED: 'Upload it first.',
  NOTHING_TO_ROLL_BACK: 'Upload instead.',
  VERSION_IN_USE: 'Switch to another version first.',
  UPLOAD_LOCKED: 'Wait for the other upload, or stop it.',
  STORE_UNAVAILABLE: 'Start the store, or correct its address; what was uploaded stays.',
  STORE_FULL: 'Make room, then upload again: what is read is as it was.',
  STORE_VERSION_GONE: 'Read the current version.',
  STORE_DAMAGED: 'Upload again; the version before is one `tessera rollback` away.',
  UPLOAD_NOT_VERIFIED: 'Upload again; look after the disk or the store if it happens twice.',
  SERVED_SCHEMA_CHANGED: 'Upload again: one version is of one definition.',
  NOT_ANSWERED: 'Upload again.',
  TOO_OLD: 'Upload more often, or allow a greater age.',
  TIMEOUT: 'Give it more time, or look after the store.',
  DATASET_LOCKED: 'Wait for the other run, or stop it.',
  DAMAGED: 'Run `tessera doctor`; what it left, it tells why.',
  DISK_FULL: 'Free space, or give `--out` or `--tmp` on another disk.',
  NOT_WRITABLE: 'Give a folder that may be written to.',
  NOTHING_ONLINE: 'Mark groupBys `online: true`.',
  EXACT_TAIL_ONLINE: 'Use sawtooth windows for what is served.',
  NOTHING_COMPARED: 'Compare with an upload whose two days have rows.',
  MEMORY_TOO_SMALL: 'Use fewer workers, more buckets, or a larger budget.',
  DUCKDB_FAILED: 'Look at the reason; if the data is in order, report it.',
  INTERRUPTED: 'Run the same again: what is published is not made twice.',
  INTERNAL: 'Report it with the command and the definitions.',
};

const KINDS = [
  [
    'user',
    'The definition, the data or the call',
    'Exit code 1. Mistakes in definitions are collected and told together; nothing is written.',
  ],
  [
    'environment',
    'The machine',
    'Exit code 2; 130 for INTERRUPTED. What was published before stays as it is.',
  ],
  ['internal', 'A bug of ours', 'Exit code 3.'],
];

/** Rows as a Markdown table, columns aligned. */
function table([head, ...rows]) {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The whole document as text. */
export function errorsDoc() {
  const codes = Object.keys(ERROR_TABLE);
  const lacking = codes.filter((code) => !SAMPLES[code] || !ADVICE[code]);
  const known = [...Object.keys(SAMPLES), ...Object.keys(ADVICE)];
  const gone = known.filter((code) => ERROR_TABLE[code] === undefined);
  if (lacking.length > 0 || gone.length > 0) {
    throw new Error(
      `samples and advice: ${lacking.join(', ')} lacking, ${gone.join(', ')} unknown`,
    );
  }
  const parts = [
    '# Errors',
    '<!-- Made by scripts/errors-doc.mjs from ERROR_TABLE of @tessera/api. Change the table, then: node scripts/errors-doc.mjs --write -->',
    'Every error has a code from one table, a place in the definitions where there is one, and, where there is one, a hint. In code it is a `TesseraError` with `code`, `params`, `at`, `hint` and `problems` (everything that was found together). Each is shown here with sample parameters.',
  ];
  parts.push(
    table([
      ['code', 'kind', 'what to do'],
      ...codes.map((code) => [
        `[${code}](#${code.toLowerCase()})`,
        ERROR_TABLE[code].kind,
        ADVICE[code],
      ]),
    ]),
  );
  for (const [kind, title, about] of KINDS) {
    parts.push(`## ${title}`, about);
    for (const code of codes.filter((one) => ERROR_TABLE[one].kind === kind)) {
      const [params, at] = SAMPLES[code];
      const error = new TesseraError(code, params, at === undefined ? {} : { at });
      parts.push(`### ${code}`, `\`\`\`text\n${formatError(error)}\n\`\`\``);
    }
  }
  return `${parts.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = errorsDoc();
  if (process.argv.includes('--write'))
    writeFileSync(new URL('../docs/errors.md', import.meta.url), text);
  else process.stdout.write(text);
}
