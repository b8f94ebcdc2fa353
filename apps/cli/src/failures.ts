import { combineProblems, isTesseraError, locateError, TesseraError } from '@tessera/api';
import type { Place } from './project/error-place.js';

/** What a file of the user's threw, with the place to look at. */
export interface DefinitionFailure extends Place {
  readonly message: string;
  readonly error: unknown;
}

export function badOptions(
  mistakes: readonly { readonly option: string; readonly message: string }[],
): TesseraError {
  return combineProblems(
    mistakes.map(
      ({ option, message }) => new TesseraError('BAD_OPTION', { option, reason: message }),
    ),
  );
}

export function noProject(reason: string): TesseraError {
  return new TesseraError(
    'BAD_OPTION',
    { option: '--project', reason: `finds nothing: ${reason}` },
    {
      hint: 'A project is a folder with a tessera.config.ts: go there, or name it with --project <folder>.',
    },
  );
}

/** `reasons` is not empty. */
export function badConfig(file: string, reasons: readonly string[]): TesseraError {
  return combineProblems(
    reasons.map((reason) => new TesseraError('DEFINITION_FAILED', { file, reason }, { at: file })),
  );
}

/** All files' failures as one error; what our own definitions' checks threw keeps its code. */
export function definitionsFailed(failures: readonly DefinitionFailure[]): TesseraError {
  return combineProblems(failures.flatMap((failure) => describeOne(failure).problems));
}

function describeOne({ file, line, message, error }: DefinitionFailure): TesseraError {
  const at = line === undefined ? file : `${file}:${line}`;
  if (isTesseraError(error)) return locateError(error, at);
  const failed = new TesseraError('DEFINITION_FAILED', { file, reason: message }, { at });
  // Not through the constructor, which would print its message once more: only `--debug` shows it.
  failed.cause = error;
  return failed;
}

export interface Duplicate {
  readonly kind: string;
  readonly name: string;
  readonly files: readonly [first: string, second: string];
}

export function duplicateDefinitions(duplicates: readonly Duplicate[]): TesseraError {
  return combineProblems(
    duplicates.map(
      ({ kind, name, files: [first, second] }) =>
        new TesseraError('DUPLICATE_DEFINITION', { kind, name, first, second }, { at: second }),
    ),
  );
}

export function noDefinitions(folder: string): TesseraError {
  return new TesseraError('NO_DEFINITIONS', { folder });
}

export function unknownName(
  kind: 'join' | 'groupBy',
  name: string,
  names: readonly string[],
): TesseraError {
  return new TesseraError(kind === 'join' ? 'UNKNOWN_JOIN' : 'UNKNOWN_GROUP_BY', { name, names });
}

/** No --join, and not exactly one to take. */
export function chooseOneJoin(names: readonly string[], folder: string): TesseraError {
  if (names.length === 0) {
    return new TesseraError('BAD_OPTION', {
      option: '--join',
      reason: `has nothing to name: no file in ${folder} exports a join`,
    });
  }
  return new TesseraError(
    'BAD_OPTION',
    { option: '--join', reason: `is needed: this project has ${names.length} joins` },
    { hint: `joins: ${[...names].sort().join(', ')}` },
  );
}

export function noGroupBys(folder: string): TesseraError {
  return new TesseraError('BAD_OPTION', {
    option: '--group-by',
    reason: `has nothing to name: no file in ${folder} exports a groupBy`,
  });
}

export function missingLake(lake: string, canGenerate: boolean): TesseraError {
  const hint = canGenerate
    ? `This project can write synthetic data there: tessera generate --lake ${lake}`
    : 'Set `lake` in tessera.config.ts, or name the folder with --lake.';
  return new TesseraError('PATH_MISSING', { path: lake, source: 'lake' }, { hint });
}

export function noGenerator(configFile: string): TesseraError {
  return new TesseraError(
    'BAD_OPTION',
    { option: 'generate', reason: `has nothing to run: ${configFile} sets no \`generate\`` },
    {
      hint: "Name a module that exports `generate({ out, scale, seed, onProgress })`: generate: './generate.ts'.",
    },
  );
}

export function generateRefused(lake: string, reason: string): TesseraError {
  return new TesseraError('BAD_OPTION', {
    option: 'generate',
    reason: `does not write to ${lake}: it ${reason}`,
  });
}

/** The project's own generator threw; our errors and those of the disk pass as they are. */
export function generateFailed({ file, line, message, error }: DefinitionFailure): unknown {
  if (isTesseraError(error) || isDiskError(error)) return error;
  const at = line === undefined ? file : `${file}:${line}`;
  const failed = new TesseraError(
    'BAD_OPTION',
    { option: 'generate', reason: `failed: ${message}` },
    { at },
  );
  failed.cause = error;
  return failed;
}

/** An error of the operating system as one of ours; null for any other. */
export function diskFailure(error: unknown): TesseraError | null {
  if (!isDiskError(error)) return null;
  const path = error.path ?? error.syscall ?? 'a file';
  const reason = error.message;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new TesseraError('DISK_FULL', { path }, { cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    const isRead =
      error.syscall === 'scandir' || error.syscall === 'stat' || error.syscall === 'read';
    return new TesseraError(
      isRead ? 'FILE_UNREADABLE' : 'NOT_WRITABLE',
      { path, reason },
      { cause: error },
    );
  }
  return new TesseraError('FILE_UNREADABLE', { path, reason }, { cause: error });
}

function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'code' in error;
}
