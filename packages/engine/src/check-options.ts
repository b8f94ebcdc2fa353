import {
  combineProblems,
  didYouMean,
  type ErrorParams,
  type JoinSpec,
  parseDay,
  TesseraError,
} from '@tessera/api';
import { builds } from '@tessera/planner';
import { z } from 'zod';
import type { RunOptions } from './run-types.js';

const MAX_WORKERS = 256;
const MAX_BUCKETS = 65_536;

const whole = (most: number) => {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? 'must be a whole number of at least 1'
      : `must be a whole number from 1 to ${most}`;
  return z.int({ error }).min(1, { error }).max(most, { error });
};
const folder = z.string({ error: 'must be the path of a folder' }).min(1, {
  error: 'must be the path of a folder',
});
const flag = z.boolean({ error: 'must be true or false' });
const day = z
  .string({ error: 'must be a day written YYYY-MM-DD' })
  .refine((text) => parseDay(text) !== null, { error: 'must be a day written YYYY-MM-DD' });
const callback = z.custom((value) => typeof value === 'function', { error: 'must be a function' });

const SHAPE = {
  start: day,
  end: day,
  lake: folder,
  out: folder,
  workers: whole(MAX_WORKERS),
  buckets: whole(MAX_BUCKETS),
  memory: whole(Number.MAX_SAFE_INTEGER),
  memoryShares: z.looseObject({}, { error: 'must be an object' }),
  tmp: folder,
  limit: whole(Number.MAX_SAFE_INTEGER),
  strict: flag,
  format: z.enum(['parquet', 'csv', 'arrow'], { error: "must be 'parquet', 'csv' or 'arrow'" }),
  tiles: z.enum(['off', 'auto', 'build', 'always'], {
    error: "must be 'off', 'auto', 'build' or 'always'",
  }),
  prune: flag,
  replace: flag,
  labelsOnly: flag,
  planOnly: flag,
  summary: flag,
  profile: z.union([z.boolean(), z.string().min(1)], {
    error: 'must be true, false or the path of a file',
  }),
  onPlan: callback,
  onProgress: callback,
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }),
} satisfies Record<keyof RunOptions, z.ZodType>;

const OPTIONS = z.strictObject(SHAPE).partial();

/** Options of a run as a program may give them. Throws BAD_OPTION naming each option and its value, BAD_RANGE. */
export function checkOptions(options: RunOptions): void {
  const result = OPTIONS.safeParse(options);
  const problems: TesseraError[] = result.success
    ? []
    : result.error.issues.flatMap((issue) => {
        if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownOption);
        const [option] = issue.path;
        if (option === undefined)
          return [badOption({ option: 'options', reason: 'must be an object' })];
        const value = (options as Readonly<Record<PropertyKey, unknown>>)[option];
        return [badOption({ option: String(option), reason: `${issue.message}: ${shown(value)}` })];
      });
  if (problems.length > 0) throw combineProblems(problems);
  const { start, end } = options;
  if (start !== undefined && end !== undefined && start > end)
    throw new TesseraError('BAD_RANGE', { reason: `start ${start} is after end ${end}` });
}

/** Options that say something of a result have nothing to say where only tiles are built. Throws BAD_OPTION for each. */
export function checkBuildOptions(options: RunOptions): void {
  checkOptions(options);
  const { tiles, limit, format, replace } = options;
  const problems = [
    (tiles === 'off' || tiles === 'auto') && { option: 'tiles', reason: `${tiles} builds none` },
    limit !== undefined && { option: 'limit', reason: 'is for results: tiles are built whole' },
    format !== undefined &&
      format !== 'parquet' && { option: 'format', reason: 'is for results: none is made' },
    replace === true && { option: 'replace', reason: 'is for results: none is made' },
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw combineProblems(problems.map(badOption));
}

/**
 * Labels alone are refreshed in place, of a join that has some. Throws BAD_OPTION for each problem.
 *
 * @param join null = what is run is none
 */
export function checkLabelsOnly(join: JoinSpec | null, options: RunOptions): void {
  if (options.labelsOnly !== true) return;
  const { limit, tiles } = options;
  const refuse = (reason: string) => ({ option: 'labelsOnly', reason });
  const problems = [
    join === null && refuse('is for training sets'),
    join !== null &&
      join.labels === undefined &&
      refuse(`has nothing to do: ${join.name} has no labels`),
    limit !== undefined && refuse('refreshes what is published, and a limit publishes nothing'),
    tiles !== undefined && builds(tiles) && refuse('reads rows, and builds no tiles'),
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw combineProblems(problems.map(badOption));
}

const badOption = (params: ErrorParams<'BAD_OPTION'>) => new TesseraError('BAD_OPTION', params);

function unknownOption(option: string): TesseraError {
  const known = Object.keys(SHAPE);
  const hint = didYouMean(option, known);
  return new TesseraError(
    'BAD_OPTION',
    { option, reason: 'is no option of a run', options: known },
    hint === undefined ? {} : { hint },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** A definition of the kind that is run. Throws BAD_OPTION. */
export function checkDefinition(kind: 'join' | 'groupBy', definition: unknown): void {
  const given =
    typeof definition === 'object' && definition !== null
      ? (definition as { readonly kind?: unknown }).kind
      : undefined;
  if (given === kind) return;
  const reason = `must be what \`${kind}({ … })\` gives${typeof given === 'string' ? `, not of kind ${given}` : ''}`;
  throw badOption({ option: kind, reason });
}
