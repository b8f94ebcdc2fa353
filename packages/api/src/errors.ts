import type { DefinitionRule } from './rules.js';
import { didYouMean } from './suggest.js';

/**
 * Every error of the project: one closed table, code → kind, message and hint, each made from the code's parameters.
 * Parameters are plain data, so an error can be rebuilt on the other side of a thread:
 * `new TesseraError(code, params, { at, hint })`.
 */

/** Whose move it is. user: the definition, the data or the call; environment: disk, DuckDB, store; internal: our bug. */
export type ErrorKind = 'user' | 'environment' | 'internal';

export interface ErrorEntry<P> {
  readonly kind: ErrorKind;
  /** What is wrong. Whole sentences; further lines are shown as they are. */
  readonly message: (params: P) => string;
  /** What to do about it, one advice a line. */
  readonly hint?: (params: P) => string | undefined;
}

function entry<P>(
  kind: ErrorKind,
  message: (params: P) => string,
  hint?: (params: P) => string | undefined,
): ErrorEntry<P> {
  return hint ? { kind, message, hint } : { kind, message };
}

function lines(...parts: readonly (string | undefined | false)[]): string | undefined {
  const kept = parts.filter((part) => typeof part === 'string');
  return kept.length > 0 ? kept.join('\n') : undefined;
}

const MAX_STEPS = 20;

/** `a → b → a`, of a long way its ends. */
function arrows(names: readonly string[]): string {
  const half = MAX_STEPS / 2;
  if (names.length <= MAX_STEPS) return names.join(' → ');
  const between = `… ${names.length - MAX_STEPS} more …`;
  return [...names.slice(0, half), between, ...names.slice(-half)].join(' → ');
}

function sorted(label: string, names: readonly string[]): string | undefined {
  return names.length > 0 ? `${label}: ${[...names].sort().join(', ')}` : undefined;
}

/** At most `max` of a long list, with how many more there are. */
function some(values: readonly string[], max: number): string {
  const shown = values.slice(0, max).join(', ');
  return values.length > max ? `${shown} and ${values.length - max} more` : shown;
}

/** The beginning of a long text. */
const cut = (text: string): string => (text.length > 1000 ? `${text.slice(0, 1000)}…` : text);

/** What is wrong with an expression's text. */
interface BadExpression {
  text: string;
  /** UTF-16 offset of the offending character; null when the expression was not given as text. */
  position: number | null;
  reason: string;
  name?: string;
  candidates?: readonly string[];
  /** What candidates are. Default columns. */
  candidatesAre?: string;
  advice?: string;
}

function wrongAt(what: string, { text, position, reason }: BadExpression): string {
  const shown = position === null ? cut(text) : marked(text, position);
  return `${what}: ${reason}.\n${shown}`;
}

function adviceOn({
  name,
  candidates,
  candidatesAre = 'columns',
  advice,
}: BadExpression): string | undefined {
  return lines(
    name !== undefined && didYouMean(name, candidates ?? []),
    advice,
    candidates && sorted(candidatesAre, candidates),
  );
}

/** The line of `text` that holds `position`, and a `^` below the character. */
function marked(text: string, position: number): string {
  const start = position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', position);
  const line = text.slice(start, end < 0 ? text.length : end);
  const column = position - start;
  const from = Math.max(0, column - 60);
  return `${line.slice(from, column + 60)}\n${' '.repeat(column - from)}^`;
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`;

export const ERROR_TABLE = {
  // Definitions
  UNKNOWN_COLUMN: entry<{
    source: string;
    column: string;
    columns: readonly string[];
    advice?: string;
  }>(
    'user',
    (p) => `${p.source} has no column \`${p.column}\`.`,
    (p) => lines(didYouMean(p.column, p.columns), p.advice, sorted('columns', p.columns)),
  ),
  UNKNOWN_KEY: entry<{ groupBy: string; key: string; keys: readonly string[] }>(
    'user',
    (p) => `${p.groupBy} has no key \`${p.key}\`.`,
    (p) => lines(didYouMean(p.key, p.keys), sorted('keys', p.keys)),
  ),
  KEY_TYPE_MISMATCH: entry<{
    groupBy: string;
    left: string;
    leftType: string;
    right: string;
    rightType: string;
  }>(
    'user',
    (p) =>
      `left column \`${p.left}\` is ${p.leftType}, but key \`${p.right}\` of ${p.groupBy} is ${p.rightType}.`,
    () => 'Keys are compared as typed values: declare both columns with the same type.',
  ),
  OPERATION_TYPE: entry<{
    operation: string;
    column: string;
    type: string;
    accepts: string;
    columns?: readonly string[];
  }>(
    'user',
    (p) => `${p.operation} does not take ${p.type}: column \`${p.column}\`.`,
    (p) => lines(`${p.operation} takes ${p.accepts}.`, sorted('columns it takes', p.columns ?? [])),
  ),
  DERIVATION_CYCLE: entry<{ cycle: readonly string[] }>(
    'user',
    (p) => `computed columns read each other in a circle: ${arrows(p.cycle)}.`,
    () => 'Each needs columns that can be known before it.',
  ),
  DUPLICATE_COLUMN_NAME: entry<{ name: string; first: string; second: string }>(
    'user',
    (p) => `two columns are named \`${p.name}\`.\n1: ${p.first}\n2: ${p.second}`,
    () => "Name one of them with `as: '…'`, or give its part a `prefix: '…'`.",
  ),
  LABEL_LEAK: entry<{ source: string; path: string; column: string }>(
    'user',
    (p) =>
      `\`${p.column}\` of ${p.source} was made by a label: ${p.path} is a training set. A feature would know the future.`,
    () =>
      'Leave the column out of the feature. A groupBy over the training set may read its left and feature columns.',
  ),
  BAD_TYPE: entry<{
    text: string;
    reason: string;
    candidates?: readonly string[];
    suggestion?: string;
  }>(
    'user',
    (p) => `type '${p.text}' ${p.reason}.`,
    (p) =>
      lines(
        p.suggestion === undefined
          ? didYouMean(p.text, p.candidates ?? [])
          : `Did you mean \`${p.suggestion}\`?`,
        p.candidates && `types: ${p.candidates.join(', ')}`,
      ),
  ),
  BAD_WINDOW: entry<{ window: string; reason: string }>(
    'user',
    (p) => `window '${p.window}' ${p.reason}.`,
    () => "Write a positive whole number of m, h or d: '30m', '1h', '7d'; null is unbounded.",
  ),
  BAD_OPTION: entry<{ option: string; reason: string; options?: readonly string[] }>(
    'user',
    (p) => `\`${p.option}\` ${p.reason}.`,
    (p) => p.options && lines(didYouMean(p.option, p.options), sorted('options', p.options)),
  ),
  BAD_NAME: entry<{ name: string; reason: string }>(
    'user',
    (p) => `name ${JSON.stringify(p.name)} ${p.reason}.`,
  ),
  BAD_PREDICATE: entry<BadExpression>(
    'user',
    (p) => wrongAt('where', p),
    (p) => adviceOn(p),
  ),
  BAD_EXPRESSION: entry<BadExpression & { what: string }>(
    'user',
    (p) => wrongAt(p.what, p),
    (p) => adviceOn(p),
  ),
  TYPE_DISAGREES: entry<{ text: string; ours: string; theirs: string }>(
    'user',
    (p) => lines(`DuckDB makes ${p.theirs} of it, Tessera ${p.ours}:`, p.text) ?? '',
    () =>
      'Both type every expression, and should agree: please report it. CAST(… AS …) says which type is meant.',
  ),

  // A project and what is asked of it
  UNKNOWN_JOIN: entry<{ name: string; names: readonly string[] }>(
    'user',
    (p) => `there is no join \`${p.name}\`.`,
    (p) => lines(didYouMean(p.name, p.names), sorted('joins', p.names)),
  ),
  UNKNOWN_GROUP_BY: entry<{ name: string; names: readonly string[] }>(
    'user',
    (p) => `there is no groupBy \`${p.name}\`.`,
    (p) => lines(didYouMean(p.name, p.names), sorted('groupBys', p.names)),
  ),
  NO_DEFINITIONS: entry<{ folder: string }>(
    'user',
    (p) => `no join or groupBy is exported by any file in ${p.folder}.`,
    () =>
      'Write `export const … = join({ … })` in a .ts file there, or set `features` in tessera.config.ts.',
  ),
  DUPLICATE_DEFINITION: entry<{ kind: string; name: string; first: string; second: string }>(
    'user',
    (p) => `two ${p.kind}s are named \`${p.name}\`.\n1: ${p.first}\n2: ${p.second}`,
    () => 'A name is what commands take and what a dataset is called: rename one.',
  ),
  DEFINITION_FAILED: entry<{ file: string; reason: string }>(
    'user',
    (p) => `${p.file} could not be loaded: ${p.reason}`,
  ),
  VALIDATION_FAILED: entry<{ errors: number; objects: number }>(
    'user',
    (p) =>
      `${p.errors} ${p.errors === 1 ? 'rule is' : 'rules are'} broken in ${p.objects} ${p.objects === 1 ? 'place' : 'places'}.`,
    () => 'Nothing was written.',
  ),
  RULE_BROKEN: entry<{ rule: string; message: string }>('user', (p) => `${p.rule}: ${p.message}`),
  BREAKING_CHANGE: entry<{ names: readonly string[] }>(
    'user',
    (p) => `what is served would change its meaning: ${some(p.names, 10)}.`,
    () =>
      'Raise the first number of its `version`, give the new form another name, or pass --allow-breaking.',
  ),
  UNKNOWN_REVISION: entry<{ revision: string; reason: string }>(
    'user',
    (p) => `${p.revision} is neither a folder nor a commit: ${p.reason}`,
    () => 'Name a folder of definitions, a folder that `tessera compile` wrote, or what git knows.',
  ),
  NEWER_COMPILED: entry<{ path: string; format: number; known: number }>(
    'user',
    (p) =>
      `${p.path} was written by a newer tessera: format ${p.format}, and this one knows ${p.known}.`,
    () => 'Update tessera, or remove the folder and compile again.',
  ),
  BAD_COMPILED: entry<{ path: string; reason: string }>(
    'user',
    (p) => `${p.path} is not what \`tessera compile\` wrote: ${p.reason}.`,
    () => 'Compile again.',
  ),
  BAD_RANGE: entry<{ reason: string }>(
    'user',
    (p) => `${p.reason}.`,
    () => 'Days are written YYYY-MM-DD, UTC; start and end are both included.',
  ),

  // Data
  PATH_MISSING: entry<{ path: string; source?: string }>(
    'user',
    (p) => `${p.source === undefined ? '' : `${p.source}: `}there is nothing at ${p.path}.`,
    () => 'Relative paths start from the lake folder (`--lake`).',
  ),
  /** `isEmpty`: there are files, but no row that gives a day. */
  NO_PARTITIONS: entry<{ path: string; source?: string; range?: string; isEmpty?: boolean }>(
    'user',
    (p) =>
      `${p.source === undefined ? '' : `${p.source}: `}${p.isEmpty ? 'no row that has a day' : 'no partition'} ${p.range === undefined ? '' : `of ${p.range} `}at ${p.path}.`,
    (p) =>
      p.isEmpty
        ? 'Outside `ds=` folders the days are those of its rows, and there is no row, or none that passes `where`.'
        : 'Expected one file, a folder of files, or folders named ds=YYYY-MM-DD.',
  ),
  DS_WITHOUT_FOLDERS: entry<{ source: string; path: string }>(
    'user',
    (p) =>
      `${p.source} declares a column \`ds\`, but ${p.path} has no folders named ds=YYYY-MM-DD.`,
    () =>
      '`ds` is the label of a folder. Leave it out of `columns` (the days are then those of the time), or write such folders.',
  ),
  NO_TABLES: entry<{ path: string; files: readonly string[] }>(
    'user',
    (p) => `there is neither Parquet nor CSV at ${p.path}.`,
    (p) =>
      lines(
        p.files.length > 0 && `other files: ${some(p.files, 5)}`,
        "DuckDB turns most tables into Parquet: COPY (FROM 'table.json') TO 'table.parquet'",
      ),
  ),
  NO_EVENTS: entry<{ tables: readonly string[] }>(
    'user',
    (p) => `no table has a column that says when a row happened: ${some(p.tables, 10)}.`,
    () =>
      'The rows of a training set are events. `tessera schema <path>` says what each table lacks.',
  ),
  FOLDER_IN_USE: entry<{ path: string; found: string }>(
    'user',
    (p) => `${p.path} is not empty: it has ${p.found}.`,
    () => 'Name a new folder: nothing is ever overwritten.',
  ),
  NOT_PUBLISHED: entry<{ name: string; path: string; command: string }>(
    'user',
    (p) => `nothing is published of ${p.name}: there is no dataset at ${p.path}.`,
    (p) => `Build it: ${p.command}`,
  ),
  TESTS_FAILED: entry<{ files: readonly string[] }>(
    'user',
    (p) => `a feature test failed: ${some(p.files, 5)}.`,
  ),
  BAD_PARTITION: entry<{ path: string; reason: string }>(
    'user',
    (p) => `${p.path} is no partition: ${p.reason}.`,
    () =>
      'Beside folders named ds=YYYY-MM-DD there is nothing else; names that begin with `_` or `.` are not looked at.',
  ),
  REMOTE_PATH: entry<{ path: string }>(
    'user',
    (p) => `${p.path} is not on a local disk.`,
    () => 'Copy or mount it first: only local files are read.',
  ),
  FILE_UNREADABLE: entry<{ path: string; reason: string }>(
    'environment',
    (p) => `${p.path} could not be read: ${p.reason}`,
  ),
  FILE_CHANGED: entry<{ files: readonly string[] }>(
    'environment',
    (p) =>
      p.files.length === 1
        ? `${p.files[0]} changed while it was read.`
        : `${p.files.length} files changed while they were read: ${some(p.files, 5)}.`,
    () => 'Nothing was published. Run again once nothing writes there.',
  ),
  SCHEMA_MISSING_COLUMN: entry<{
    source: string;
    column: string;
    file: string;
    columns: readonly string[];
  }>(
    'user',
    (p) => `${p.source} declares column \`${p.column}\`, which ${p.file} does not have.`,
    (p) => lines(didYouMean(p.column, p.columns), sorted('columns in the file', p.columns)),
  ),
  SCHEMA_TYPE: entry<{
    source: string;
    column: string;
    file: string;
    declared: string;
    actual: string;
  }>(
    'user',
    (p) =>
      `${p.source} declares \`${p.column}\` as ${p.declared}, but in ${p.file} it is ${p.actual}.`,
    () => "Change the type in the source's `columns`, or the file.",
  ),
  SCHEMA_DISAGREES: entry<{
    source: string;
    column: string;
    file: string;
    type: string;
    otherFile: string;
    otherType: string;
  }>(
    'user',
    (p) =>
      `${p.source}: \`${p.column}\` is ${p.type} in ${p.file} and ${p.otherType} in ${p.otherFile}.`,
  ),
  NULL_IN_COLUMN: entry<{ source: string; column: string; file: string; rows: number }>(
    'user',
    (p) =>
      `${p.source} declares \`${p.column}\` as never null, but ${p.rows === 1 ? 'a row' : `${p.rows} rows`} of ${p.file} ${p.rows === 1 ? 'has' : 'have'} no value there.`,
    () => "Drop the `!` of its type in the source's `columns`, or mend the file. NaN is no value.",
  ),
  /** `part` is absent where the values of the days themselves are asked for. */
  MISSING_SNAPSHOT: entry<{ source: string; days: readonly string[]; part?: string }>(
    'user',
    (p) =>
      `${p.source} has no partition for ${p.days.length === 1 ? 'a day' : `${p.days.length} days`} ${p.part === undefined ? 'of the range' : 'that left rows read'}: ${some(p.days, 10)}.`,
    (p) =>
      p.part === undefined
        ? 'Add the days, or give a range that has all of its days (`--start`, `--end`).'
        : "A left row at day d reads day d - 1. Add the days, or write `missing: 'null'` on the part.",
  ),
  FEATURES_STALE: entry<{
    name: string;
    days: readonly string[];
    reason: string;
    command: string;
  }>(
    'user',
    (p) =>
      `${p.days.length === 1 ? 'a partition' : `${p.days.length} partitions`} of ${p.name} cannot have new labels alone, for the features are stale too (${p.reason}): ${some(p.days, 10)}.`,
    (p) => `Build features and labels: \`${p.command}\`.`,
  ),
  MIXED_DEFINITIONS: entry<{ path: string; days: readonly string[]; reason: string }>(
    'user',
    (p) =>
      `${p.path} has ${p.days.length === 1 ? 'a partition' : `${p.days.length} partitions`} outside the range that would no longer fit the others (${p.reason}): ${some(p.days, 10)}.`,
    () =>
      'Build the whole range (no `--start`, `--end`), give another `--out`, or `--replace` to remove them.',
  ),
  DUPLICATE_ENTITY_KEY: entry<{ source: string; key: string; ds?: string }>(
    'user',
    (p) =>
      `${p.source} has two rows with key ${p.key}${p.ds === undefined ? '' : ` in ds=${p.ds}`}.`,
    () => "Remove one, or declare `dedupe: { orderBy: '…' }` on the source (the greatest wins).",
  ),
  SUM_OVERFLOW: entry<{ column: string; key: string; detail?: string }>(
    'user',
    (p) =>
      `the sum in \`${p.column}\` for key ${p.key} is beyond its type${p.detail === undefined ? '' : `: ${p.detail}`}.`,
    () => 'Sum a double or decimal(38,s) column instead, or a shorter window.',
  ),
  VECTOR_LENGTH: entry<{ column: string; key: string; detail?: string }>(
    'user',
    (p) => `\`${p.column}\` for key ${p.key} meets vectors of different lengths in one window.`,
    () => 'Vectors of one key are added element by element: keep other lengths out with `where`.',
  ),
  VECTOR_NULL: entry<{ column: string; key: string; detail?: string }>(
    'user',
    (p) => `\`${p.column}\` for key ${p.key} meets a vector with a null element.`,
    () => 'A vector is whole or null: write null for the vector, or a number for the element.',
  ),
  INFINITE_INPUT: entry<{ source: string; column: string; key: string }>(
    'user',
    (p) => `${p.source}: \`${p.column}\` is infinite in a row with key ${p.key}.`,
    () => 'Without STRICT it would be read as null and counted.',
  ),
  TOO_MANY_DISTINCT: entry<{ column: string; key: string; maxDistinct?: number; detail?: string }>(
    'user',
    (p) =>
      `\`${p.column}\` for key ${p.key} has more${p.maxDistinct === undefined ? '' : ` than ${p.maxDistinct}`} distinct values${p.maxDistinct === undefined ? ' than `maxDistinct`' : ''}${p.detail === undefined ? '' : `: ${p.detail}`}.`,
    () => 'Raise `maxDistinct`. Without STRICT the value would be null and counted.',
  ),

  // What is served
  BAD_STORE: entry<{ store: string; reason: string }>(
    'user',
    (p) => `store ${p.store} ${p.reason}.`,
    () => 'Name a folder, `lmdb:<folder>`, or `redis://host:6379?prefix=…`.',
  ),
  NOT_UPLOADED: entry<{ unit: string; store: string; version?: string }>(
    'user',
    (p) =>
      p.version === undefined
        ? `nothing of ${p.unit} is uploaded to ${p.store}.`
        : `${p.store} has no version ${p.version} of ${p.unit} that is loaded.`,
    (p) =>
      p.version === undefined
        ? 'Upload it: `tessera upload`.'
        : '`tessera versions` lists those that there are.',
  ),
  NOTHING_TO_ROLL_BACK: entry<{ unit: string; store: string }>(
    'user',
    (p) => `${p.unit} has no previous version in ${p.store}.`,
    () => 'There is one after the second upload.',
  ),
  VERSION_IN_USE: entry<{ unit: string; version: string; store: string }>(
    'user',
    (p) => `version ${p.version} of ${p.unit} in ${p.store} is loaded, and may be read.`,
    () => 'Roll back or upload another first: what is current is never removed or loaded over.',
  ),
  UPLOAD_LOCKED: entry<{ unit: string; store: string; owner: string }>(
    'environment',
    (p) => `${p.unit} is being uploaded to ${p.store} by another run (${p.owner}).`,
    () => 'Wait for it to end, or stop it.',
  ),
  STORE_UNAVAILABLE: entry<{ store: string; reason: string }>(
    'environment',
    (p) => `${p.store} cannot be reached: ${p.reason}.`,
  ),
  STORE_FULL: entry<{ store: string; reason: string }>(
    'environment',
    (p) => `${p.store} is full: ${p.reason}.`,
    () => 'Readers still have the version from before. Make room and upload again.',
  ),
  STORE_VERSION_GONE: entry<{ unit: string; version: string; store: string }>(
    'environment',
    (p) => `version ${p.version} of ${p.unit} is no longer in ${p.store}.`,
    () => 'Newer uploads have replaced it: read the current one.',
  ),
  STORE_DAMAGED: entry<{ store: string; reason: string }>(
    'environment',
    (p) => `${p.store} is damaged: ${p.reason}.`,
    () => 'Upload again, or `tessera rollback` to the version before.',
  ),
  UPLOAD_NOT_VERIFIED: entry<{ unit: string; version: string; store: string; reason: string }>(
    'environment',
    (p) =>
      `version ${p.version} of ${p.unit} was read back from ${p.store} and is not whole: ${p.reason}.`,
    () => 'It was not activated. Upload again.',
  ),
  SERVED_SCHEMA_CHANGED: entry<{
    unit: string;
    store: string;
    reason: string;
    command: string;
  }>(
    'user',
    (p) => `what ${p.store} holds of ${p.unit} is of another definition: ${p.reason}.`,
    (p) => `Upload it again: \`${p.command}\`.`,
  ),
  NOT_ANSWERED: entry<{ part: string; at: string; first: string; last: string }>(
    'environment',
    (p) => `${p.part} is answered from ${p.first} to ${p.last}, and asked at ${p.at}.`,
    () => 'Upload again; what is asked before an upload began is not kept.',
  ),
  TOO_OLD: entry<{ part: string; ageMs: number; maxAgeMs: number }>(
    'environment',
    (p) =>
      `what is known of ${p.part} is ${p.ageMs} ms old, and may be ${p.maxAgeMs} ms old at most.`,
    () => 'Upload more often, or raise `maxAge`.',
  ),
  TIMEOUT: entry<{ store: string; timeoutMs: number }>(
    'environment',
    (p) => `${p.store} did not answer within ${p.timeoutMs} ms.`,
    () => 'The rest of the answer stands. Raise `timeoutMs`, or look after the store.',
  ),

  // Machine
  DATASET_LOCKED: entry<{ path: string; owner?: string }>(
    'environment',
    (p) =>
      `${p.path} is being written by another run${p.owner === undefined ? '' : ` (${p.owner})`}.`,
    () => 'Wait for it to end, or stop it.',
  ),
  DAMAGED: entry<{ path: string; findings: number }>(
    'environment',
    (p) => `${p.findings} ${p.findings === 1 ? 'thing is' : 'things are'} wrong in ${p.path}.`,
    () => '`tessera doctor` mends it.',
  ),
  DISK_FULL: entry<{ path: string }>(
    'environment',
    (p) => `no space left on the disk of ${p.path}.`,
    () => 'Nothing was published. Free some space and run again.',
  ),
  NOT_WRITABLE: entry<{ path: string; reason?: string }>(
    'environment',
    (p) => `${p.path} cannot be written${p.reason === undefined ? '' : `: ${p.reason}`}.`,
  ),
  NOTHING_ONLINE: entry<{ name: string }>(
    'user',
    (p) => `${p.name} has nothing to serve: none of its groupBys is \`online: true\`.`,
    () => 'Write `online: true` on those that are asked for at request time.',
  ),
  EXACT_TAIL_ONLINE: entry<{ name: string; groupBys: readonly string[] }>(
    'user',
    (p) => `${p.name} cannot be served: ${p.groupBys.join(', ')} has windows with exact tails.`,
    () => "What is served has sawtooth windows (`tail: 'sawtooth'`, the default).",
  ),
  NOTHING_COMPARED: entry<{ name: string; why: string }>(
    'user',
    (p) => `nothing of ${p.name} was compared: ${p.why}.`,
    () =>
      'Rows are needed whose instants an upload answers, the two days after its as-of: upload as of an earlier instant (`--as-of`).',
  ),
  MEMORY_TOO_SMALL: entry<{ budgetBytes: number; neededBytes: number; detail?: string }>(
    'environment',
    (p) =>
      `the run needs about ${megabytes(p.neededBytes)} of memory and may use ${megabytes(p.budgetBytes)}${p.detail === undefined ? '' : ` (${p.detail})`}.`,
    () => 'Use fewer workers, more buckets, or a larger budget.',
  ),
  OUT_OF_MEMORY: entry<{ limit: string; reason: string }>(
    'environment',
    (p) => `a step needs more memory than its share of ${p.limit}: ${p.reason}`,
    () => 'Give the run more memory (--memory) or fewer workers (--workers).',
  ),
  ADDRESS_SPACE: entry<{ bytes: number }>(
    'environment',
    (p) =>
      `the process may not have the addresses of ${megabytes(p.bytes)} more: with WebAssembly each worker takes some 30 GB of them, however little memory.`,
    () =>
      'Raise the limit (`ulimit -v unlimited`), or let Node do with few addresses: NODE_OPTIONS=--disable-wasm-trap-handler.',
  ),
  DUCKDB_FAILED: entry<{ sql: string; reason: string }>(
    'environment',
    (p) => `DuckDB: ${p.reason}\nin: ${p.sql}`,
  ),
  INTERRUPTED: entry<Record<string, never>>(
    'environment',
    () => 'interrupted.',
    () => 'Nothing half-made was published; run again to go on.',
  ),
  INTERNAL: entry<{ reason: string }>(
    'internal',
    (p) => `broken invariant: ${p.reason}`,
    () => 'This is a bug in tessera: please report it with the command and the definitions.',
  ),
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;
export type ErrorParams<C extends ErrorCode> =
  (typeof ERROR_TABLE)[C] extends ErrorEntry<infer P> ? P : never;

export interface ErrorPlace {
  /** Where in the definitions: `user_spend › sum('ammount')`, the file in front once it is known. */
  readonly at?: string;
  /** Instead of the table's hint. */
  readonly hint?: string;
  /** The check that found it, where the code alone does not say. */
  readonly rule?: DefinitionRule;
  readonly cause?: unknown;
}

/**
 * The one error class.
 *
 * `message` is the whole text that a user reads, without the leading `error`; `summary` only says what is wrong.
 * `problems` is everything that was found together: the error itself, or all of them, the first of which lends its code.
 */
export class TesseraError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'TesseraError';
  readonly code: C;
  readonly kind: ErrorKind;
  readonly params: ErrorParams<C>;
  /** The check that found it; the code where there is no finer word. */
  readonly rule: DefinitionRule;
  readonly at: string | undefined;
  readonly hint: string | undefined;
  readonly summary: string;
  readonly problems: readonly TesseraError[];

  constructor(
    code: C,
    params: ErrorParams<C>,
    place: ErrorPlace = {},
    problems: readonly TesseraError[] = [],
  ) {
    // The table pairs each code with its own parameters; TypeScript cannot see that through an indexed union.
    const found = ERROR_TABLE[code] as ErrorEntry<unknown> as ErrorEntry<ErrorParams<C>>;
    const summary = found.message(params);
    const hint = place.hint ?? found.hint?.(params);
    super(
      problems.length > 1
        ? problems.map((problem) => problem.message).join('\n')
        : describe(code, place.at, summary, hint),
      place.cause === undefined ? undefined : { cause: place.cause },
    );
    this.code = code;
    this.kind = found.kind;
    this.params = params;
    this.rule = place.rule ?? code;
    this.at = place.at;
    this.hint = hint;
    this.summary = summary;
    this.problems = problems.length > 1 ? problems : [this];
    // A list that holds the error itself only clutters what Node prints for an uncaught one.
    Object.defineProperty(this, 'problems', { enumerable: problems.length > 1 });
  }
}

/**
 * A question goes behind a one-line message, as one would say it; other hints get lines of their own. The cause is not
 * told: it is in the words of others, and does not cross threads.
 */
function describe(
  code: string,
  at: string | undefined,
  summary: string,
  hint: string | undefined,
): string {
  const body = summary.split('\n');
  const advice = hint?.split('\n') ?? [];
  if (body.length === 1 && advice[0]?.startsWith('Did you mean')) {
    body[0] = `${body[0]} ${advice.shift()}`;
  }
  return [
    at === undefined ? code : `${code}  ${at}`,
    ...[...body, ...advice].map((line) => `  ${line}`),
  ].join('\n');
}

/** True for a TesseraError of any copy of this package (a project may load a second one). */
export function isTesseraError(error: unknown): error is TesseraError {
  return error instanceof Error && error.name === 'TesseraError' && 'code' in error;
}

/** All problems as one error to throw; a single one stays itself. `problems` is not empty. */
export function combineProblems(problems: readonly TesseraError[]): TesseraError {
  const [first] = problems;
  if (first === undefined) return new TesseraError('INTERNAL', { reason: 'no problem to report' });
  if (problems.length === 1) return first;
  const place = {
    ...(first.at !== undefined && { at: first.at }),
    ...(first.hint !== undefined && { hint: first.hint }),
    rule: first.rule,
  };
  return new TesseraError(first.code, first.params, place, problems);
}

/** The same error with a place in front of each problem's own: `features/user-spend.ts › user_spend › …`. */
export function locateError(error: TesseraError, place: string): TesseraError {
  return combineProblems(
    error.problems.map(
      (problem) =>
        new TesseraError(problem.code, problem.params, {
          at: problem.at === undefined ? place : `${place} › ${problem.at}`,
          ...(problem.hint !== undefined && { hint: problem.hint }),
          rule: problem.rule,
          ...(problem.cause !== undefined && { cause: problem.cause }),
        }),
    ),
  );
}

/**
 * What a user reads, without colours or a stack:
 *
 *   error UNKNOWN_COLUMN  features/user-spend.ts › user_spend › sum('ammount')
 *     payments.transactions has no column `ammount`. Did you mean `amount`?
 *     columns: amount, channel, …
 *
 * Every problem of a combined error is printed. An error that is not ours is printed as INTERNAL.
 */
export function formatError(error: unknown): string {
  if (!isTesseraError(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    return formatError(new TesseraError('INTERNAL', { reason }));
  }
  return error.problems.map((problem) => `error ${problem.message}`).join('\n');
}
