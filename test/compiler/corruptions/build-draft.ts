import * as api from '@tessera/api';
import { parse, validateProject } from '@tessera/compiler';
import { expressionProblems } from '@tessera/engine';
import type { Finding } from '@tessera/validators';
import type { Json, JsonObject } from './fraud-draft.js';
import { namesIn, refIn, standsFor } from './refs.js';

/** Builders as a user's file would call them, types aside. */
const builders = api as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

interface Call {
  readonly all: ReadonlySet<string>;
  readonly made: Map<string, unknown>;
  readonly failed: Set<string>;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function resolve(value: Json, call: Call, key: string | null = null): unknown {
  if (Array.isArray(value)) return value.map((item: Json) => resolve(item, call));
  if (!isObject(value)) return value;
  const name = refIn(value);
  if (name !== undefined && call.failed.has(name)) throw new Skipped();
  return name === undefined || standsFor(name, key, call) === 'data'
    ? resolveMembers(value, call)
    : call.made.get(name);
}

/** Options are no reference, even where `ref` is all that they hold. */
function resolveMembers(value: JsonObject, call: Call): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolve(member, call, key)]),
  );
}

/** It needs something that was refused already. */
class Skipped extends Error {}

function callOf(name: unknown, args: readonly unknown[]): unknown {
  const make =
    typeof name === 'string' && Object.hasOwn(builders, name) ? builders[name] : undefined;
  if (typeof make !== 'function')
    throw new api.TesseraError('DEFINITION_FAILED', {
      file: 'features',
      reason: `${String(name)} is not a function`,
    });
  return make(...args);
}

function aggregation(draft: Json, call: Call): unknown {
  if (!isObject(draft) || !('make' in draft)) return resolve(draft, call);
  const { make, column, ...options } = draft;
  const own = resolveMembers(options, call);
  return callOf(make, column === undefined ? [own] : [column, own]);
}

function part(draft: Json, call: Call): unknown {
  if (!isObject(draft) || !('of' in draft)) return resolve(draft, call);
  const { of, ...options } = draft;
  return builders.part!(resolve(of ?? null, call, 'of'), resolveMembers(options, call));
}

function label(draft: Json, call: Call): unknown {
  if (!isObject(draft)) return resolve(draft, call);
  const { column, ...options } = draft;
  const own = resolveMembers(options, call);
  return column === undefined ? builders.ahead!(own) : builders.ahead!(column, own);
}

/** Lists of calls; what is no list is handed on as it is. */
const listOf = (value: Json | undefined, one: (draft: Json, call: Call) => unknown, call: Call) =>
  Array.isArray(value)
    ? value.map((item: Json) => one(item, call))
    : value === undefined
      ? undefined
      : resolve(value, call);

/**
 * What the product says of a draft: definitions are made by its builders, in the order of files that import each other, then
 * validated.
 *
 * Throws   what no user should ever see: anything but the product's own errors
 */
export function findingsOf(draft: Json): readonly Finding[] {
  const call: Call = { all: namesIn(draft as JsonObject), made: new Map(), failed: new Set() };
  const problems: api.TesseraError[] = [];
  const each = (section: Json | undefined, make: (own: JsonObject) => unknown) => {
    for (const [name, own] of isObject(section) ? Object.entries(section) : []) {
      try {
        // What stands where a definition should is given to the builder as it is.
        call.made.set(name, make((isObject(own) ? own : { given: own }) as JsonObject));
      } catch (error) {
        call.failed.add(name);
        if (error instanceof Skipped) continue;
        if (!api.isTesseraError(error)) throw error;
        problems.push(...error.problems);
      }
    }
  };
  const { sources, groupBys, joins } = draft as JsonObject;
  each(sources, ({ make, ...rest }) => callOf(make, [resolve(rest, call)]));
  each(groupBys, ({ aggregations, ...rest }) =>
    builders.groupBy!({
      ...(resolve(rest, call) as object),
      ...(aggregations !== undefined && { aggregations: listOf(aggregations, aggregation, call) }),
    }),
  );
  each(joins, ({ parts, labels, ...rest }) =>
    builders.join!({
      ...(resolve(rest, call) as object),
      ...(parts !== undefined && { parts: listOf(parts, part, call) }),
      ...(labels !== undefined && { labels: listOf(labels, label, call) }),
    }),
  );
  const exports = Object.fromEntries(call.made);
  const project = parse({
    files: [{ file: 'features.ts', exports }],
    problems,
    folder: 'features',
  });
  return validateProject(project, {
    told: expressionProblems([...project.joins, ...project.groupBys]),
  });
}
