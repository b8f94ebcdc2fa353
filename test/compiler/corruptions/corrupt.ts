import type { Random } from '../../oracle/prng.js';
import type { Json, JsonObject } from './fraud-draft.js';

/** One way to spoil plain data. It knows JSON, and nothing of definitions. */
interface Kind {
  readonly name: string;
  readonly applies: (value: Json, key: string | null) => boolean;
  readonly spoil: (value: Json, r: Random, all: readonly Json[]) => Json;
}

const isText = (value: Json): value is string => typeof value === 'string';
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFull = (value: Json): value is JsonObject =>
  isObject(value) && Object.keys(value).length > 0;

const at = (text: string, r: Random) => r.below(Math.max(1, text.length));

/** An object with one property made otherwise. */
function withProperty(
  value: JsonObject,
  r: Random,
  make: (key: string, member: Json) => readonly (readonly [string, Json])[],
): JsonObject {
  const chosen = r.pick(Object.keys(value));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      key === chosen ? make(key, member) : [[key, member] as const],
    ),
  );
}

function typo(text: string, r: Random): string {
  const place = at(text, r);
  const letter = 'abcdefghijklmnopqrstuvwxyz'[r.below(26)]!;
  const rest = text.slice(place + 1);
  return text.slice(0, place) + r.pick([letter, '', `${text[place] ?? ''}${letter}`]) + rest;
}

export const KINDS: readonly Kind[] = [
  { name: 'typo in a text', applies: isText, spoil: (value, r) => typo(String(value), r) },
  { name: 'text of elsewhere', applies: isText, spoil: (_, r, all) => r.pick(all.filter(isText)) },
  { name: 'empty text', applies: isText, spoil: () => '' },
  { name: 'text in capitals', applies: isText, spoil: (value) => String(value).toUpperCase() },
  {
    name: 'text cut short',
    applies: isText,
    spoil: (value, r) => String(value).slice(0, at(String(value), r)),
  },
  { name: 'text doubled', applies: isText, spoil: (value) => `${value}${value}` },
  { name: 'text as a number', applies: isText, spoil: (_, r) => r.pick([0, 1, -3, 2.5]) },
  { name: 'null instead', applies: () => true, spoil: () => null },
  { name: 'wrapped in a list', applies: () => true, spoil: (value) => [value] },
  {
    name: 'property removed',
    applies: isFull,
    spoil: (value, r) => withProperty(value as JsonObject, r, () => []),
  },
  {
    name: 'property misspelt',
    applies: isFull,
    spoil: (value, r) =>
      withProperty(value as JsonObject, r, (key, member) => [[typo(key, r), member]]),
  },
  {
    name: 'property under another name of elsewhere',
    applies: isFull,
    spoil: (value, r, all) => {
      const keys = all.filter(isObject).flatMap((one) => Object.keys(one));
      return withProperty(value as JsonObject, r, (_, member) => [[r.pick(keys), member]]);
    },
  },
  {
    name: 'property of elsewhere added',
    applies: isObject,
    spoil: (value, r, all) => {
      const [key, member] = r.pick(all.filter(isFull).flatMap((one) => Object.entries(one)));
      return { ...(value as JsonObject), [key]: member };
    },
  },
  {
    name: 'two properties exchanged',
    applies: (value) => isObject(value) && Object.keys(value).length > 1,
    spoil: (value, r) => {
      const object = value as JsonObject;
      const [a, b] = r.shuffle(Object.keys(object));
      return { ...object, [a!]: object[b!]!, [b!]: object[a!]! };
    },
  },
  {
    name: 'element removed',
    applies: (value) => isList(value) && value.length > 0,
    spoil: (value, r) => {
      const list = value as readonly Json[];
      const gone = r.below(list.length);
      return list.filter((_, idx) => idx !== gone);
    },
  },
  {
    name: 'element repeated',
    applies: (value) => isList(value) && value.length > 0,
    spoil: (value, r) => {
      const list = value as readonly Json[];
      return [...list, r.pick(list)];
    },
  },
  { name: 'list emptied', applies: isList, spoil: () => [] },
  {
    name: 'element of elsewhere added',
    applies: isList,
    spoil: (value, r, all) => [...(value as readonly Json[]), r.pick(all.filter(isList).flat())],
  },
  {
    name: 'order turned round',
    applies: (value) => isList(value) && value.length > 1,
    spoil: (value) => [...(value as readonly Json[])].reverse(),
  },
  {
    name: 'subtree of elsewhere',
    applies: (value) => isObject(value) || isList(value),
    spoil: (_, r, all) => r.pick(all),
  },
  {
    name: 'another number',
    applies: (value) => typeof value === 'number',
    spoil: (value, r) =>
      r.pick([0, -Number(value), Number(value) / 100, Number(value) * 1000, Number(value) + 0.5]),
  },
  {
    name: 'flag as text',
    applies: (value) => typeof value === 'boolean',
    spoil: (value) => String(value),
  },
  { name: 'flag turned', applies: (value) => typeof value === 'boolean', spoil: (value) => !value },
];

export interface Corruption {
  readonly kind: string;
  /** Where in the tree. */
  readonly path: string;
  readonly draft: Json;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

function placesIn(value: Json, path: readonly (string | number)[] = []): Place[] {
  const inside = isList(value)
    ? value.flatMap((item, idx) => placesIn(item, [...path, idx]))
    : isObject(value)
      ? Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))
      : [];
  return [{ path, value }, ...inside];
}

function replaced(value: Json, path: readonly (string | number)[], by: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (isList(value))
    return value.map((item, idx) => (idx === step ? replaced(item, rest, by) : item));
  const object = value as JsonObject;
  return { ...object, [step]: replaced(object[String(step)]!, rest, by) };
}

/** A draft with one thing in it spoilt. */
export function corrupt(draft: Json, r: Random): Corruption {
  // What stands for a file itself is left: a file without its export is another matter.
  const places = placesIn(draft).filter(({ path }) => path.length > 2);
  const kind = r.pick(KINDS);
  const { path, value } = r.pick(
    places.filter((place) => kind.applies(place.value, String(place.path.at(-1)))),
  );
  const all = places.map((place) => place.value);
  return {
    kind: kind.name,
    path: path.join('.'),
    draft: replaced(draft, path, kind.spoil(value, r, all)),
  };
}
