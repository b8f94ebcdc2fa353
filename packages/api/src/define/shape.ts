import { z } from 'zod';
import type { Report } from './report.js';

/** Pieces of schemas with the words that follow an option's name in a message. */
export const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' });
export const flag = z.boolean({ error: 'must be true or false' });
export const wholeNumber = z
  .int({ error: 'must be a whole number' })
  .min(1, { error: 'must be at least 1' })
  .max(2 ** 31 - 1, { error: 'is too large' });
export const description = z.string({ error: 'must be text' });
export const version = z
  .string({ error: "must be a version such as '1.2.0'" })
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/, {
    error: "must be a version such as '1.2.0'",
  });

/** What is said of a definition and means nothing for its values. */
export const about = {
  owner: text.optional(),
  description: description.optional(),
  version: version.optional(),
  deprecated: text.optional(),
};

export interface About {
  readonly owner?: string;
  readonly description?: string;
  /** `'1.2.0'`: what `tessera diff` holds changes against. Default 1.0.0. */
  readonly version?: string;
  /** Why it is not to be used any more, and what instead: `'use user_spend_v2'`. */
  readonly deprecated?: string;
}

/** Of a definition's shape what is said of it, absent where nothing is. */
export function aboutOf(
  shape: {
    readonly [K in keyof About]: string | undefined;
  },
): About {
  const { owner, description: words, version: at, deprecated } = shape;
  return {
    ...(owner !== undefined && { owner }),
    ...(words !== undefined && { description: words }),
    ...(at !== undefined && { version: at }),
    ...(deprecated !== undefined && { deprecated }),
  };
}

export function oneOf<const T extends readonly [string, ...string[]]>(choices: T) {
  const error = `must be ${choices.map((choice) => `'${choice}'`).join(' or ')}`;
  return z.enum(choices, { error });
}

/** Stand-ins for required options that were refused, so that the rest can still be looked at. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['name', 'unnamed'],
  ['path', 'unnamed'],
]);

/**
 * Parse a definition's shape, adding a BAD_OPTION for each issue; unknown options get the nearest known one as a hint.
 *
 * Returns  the parsed value. After problems, what could be saved of it: refused options are left out, or stood in for; undefined
 *          when nothing could.
 */
export function readShape<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  value: unknown,
  report: Report,
): z.output<z.ZodObject<S>> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // An aggregation's builder writes these two, users do not.
  const options = Object.keys(schema.shape).filter(
    (option) => option !== 'operation' && option !== 'input',
  );
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report.add('BAD_OPTION', { option: 'options', reason: 'must be an object', options });
    return undefined;
  }
  const saved: Record<string, unknown> = { ...value };
  const drop = (option: string): void => {
    delete saved[option];
    const standIn = STAND_INS.get(option);
    if (standIn !== undefined && Object.hasOwn(schema.shape, option)) saved[option] = standIn;
  };
  for (const issue of result.error.issues) {
    const [top] = issue.path.map((step) => String(step));
    const path = issue.path.map((step) => String(step)).join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const reason =
          key === 'ahead'
            ? 'is no option here: only labels look ahead, `labels: [ahead(…)]` of a join'
            : 'is no option here';
        const own = report.as('UNKNOWN_OPTION');
        if (path !== '') own.option(`${path}.${key}`, reason);
        else own.add('BAD_OPTION', { option: key, reason, options });
        drop(top ?? key);
      }
    } else {
      if (isMissing(value, issue.path)) report.as('MISSING_OPTION').option(path, 'is missing');
      else report.option(path, issue.message);
      if (top !== undefined) drop(top);
    }
  }
  return schema.safeParse(saved).data;
}

function isMissing(value: object, path: readonly PropertyKey[]): boolean {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return at === undefined;
}

/** `'user_spend'` of a definition that may be anything, to say where a problem is. */
export function nameOf(definition: unknown, fallback: string): string {
  if (typeof definition !== 'object' || definition === null) return fallback;
  const { name } = definition as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? name : fallback;
}
