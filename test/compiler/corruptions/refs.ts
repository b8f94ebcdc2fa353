import type { Json, JsonObject } from './fraud-draft.js';
import { Illegal } from './reading.js';

/** Where a definition belongs. */
const PLACES: readonly (string | null)[] = ['source', 'left', 'of'];

/** Names of definitions: all of the draft's, and those that are made already. */
export interface Names {
  readonly all: ReadonlySet<string>;
  readonly made: { readonly has: (name: string) => boolean };
}

/** The name in `{ ref }`; undefined of anything else. */
export function refIn(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // Lists are told apart; TypeScript does not narrow readonly ones.
  const { ref, ...more } = value as JsonObject;
  return typeof ref === 'string' && Object.keys(more).length === 0 ? ref : undefined;
}

/**
 * What stands for `{ ref }` as the value of a property: a definition that was made before; `undefined`, as of an import of a circle,
 * for one that is made later, and where a definition belongs for what none is called; else data like any other, say a mapping of a
 * column `ref`.
 */
export function standsFor(
  name: string,
  key: string | null,
  { all, made }: Names,
): 'definition' | 'undefined' | 'data' {
  if (made.has(name)) return 'definition';
  return all.has(name) || PLACES.includes(key) ? 'undefined' : 'data';
}

/** Names of all definitions of a draft. */
export function namesIn(draft: JsonObject): ReadonlySet<string> {
  const sections = Object.values(draft) as readonly JsonObject[];
  return new Set(sections.flatMap((section) => Object.keys(section)));
}

/** A value whose references stand where definitions belong, and nowhere else; undefined where one stands for that. */
function bound(value: Json, key: string | null, names: Names): Json | undefined {
  const name = refIn(value);
  const meaning = name === undefined ? 'data' : standsFor(name, key, names);
  if (meaning !== 'data' && PLACES.includes(key)) return value;
  if (meaning === 'definition') throw new Illegal('kind', `${key} is a definition`);
  if (meaning === 'undefined') return undefined;
  if (Array.isArray(value))
    return value.map((item: Json) => {
      const own = bound(item, null, names);
      if (own === undefined) throw new Illegal('kind', `undefined in ${key}`);
      return own;
    });
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).flatMap(([own, member]) => {
      const given = bound(member, own, names);
      return given === undefined ? [] : [[own, given] as const];
    }),
  );
}

/**
 * A draft without what is undefined in it.
 *
 * Throws   Illegal where something else than a definition belongs, and one stands
 */
export function bindRefs(draft: JsonObject): JsonObject {
  const made = new Set<string>();
  const names = { all: namesIn(draft), made };
  return Object.fromEntries(
    Object.entries(draft).map(([section, definitions]) => [
      section,
      Object.fromEntries(
        Object.entries(definitions as JsonObject).map(([id, own]) => {
          const given = bound(own, null, names);
          made.add(id);
          return [id, given ?? null];
        }),
      ),
    ]),
  );
}
