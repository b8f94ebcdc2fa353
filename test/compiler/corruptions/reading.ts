import type { Json, JsonObject } from './fraud-draft.js';

/** Why a draft has no meaning. */
export const REASONS = [
  'unread',
  'missing',
  'kind',
  'reference',
  'builder',
  'column',
  'type',
  'time',
  'window',
  'values',
  'predicate',
  'expression',
  'names',
  'name',
  'keys',
  'word',
  'served',
  'snapshot',
  'duplicate',
  'nothing',
] as const;
export type Reason = (typeof REASONS)[number];

export class Illegal extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/** An object that is read property by property; what nobody read has no meaning. */
export interface Reading {
  readonly path: string;
  readonly has: (key: string) => boolean;
  readonly text: (key: string) => string;
  readonly optionalText: (key: string) => string | undefined;
  readonly word: <const W extends string>(key: string, words: readonly W[], fallback: W) => W;
  readonly flag: (key: string) => boolean;
  readonly number: (key: string) => number;
  readonly list: (key: string) => readonly Json[];
  readonly object: (key: string) => JsonObject;
  readonly raw: (key: string) => Json | undefined;
  /** Throws for properties that nobody read. */
  readonly done: () => void;
}

export function asObject(value: Json | undefined, path: string): JsonObject {
  if (value === undefined) throw new Illegal('missing', `${path} is missing`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Illegal('kind', `${path} is no object`);
  // Lists are told apart above; TypeScript does not narrow readonly ones.
  return value as JsonObject;
}

export function asText(value: Json | undefined, path: string): string {
  if (value === undefined) throw new Illegal('missing', `${path} is missing`);
  if (typeof value !== 'string' || value === '') throw new Illegal('kind', `${path} is no text`);
  return value;
}

/** Names with a text each: all of them are texts before anybody asks what one says. */
export function textsIn(object: JsonObject, path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).map(([name, text]) => [name, asText(text, `${path}.${name}`)]),
  );
}

export function read(value: Json | undefined, path: string): Reading {
  const object = asObject(value, path);
  const seen = new Set<string>();
  const raw = (key: string) => {
    seen.add(key);
    return Object.hasOwn(object, key) ? object[key] : undefined;
  };
  const text = (key: string) => asText(raw(key), `${path}.${key}`);
  return {
    path,
    has: (key) => Object.hasOwn(object, key),
    raw,
    text,
    optionalText: (key) => (raw(key) === undefined ? undefined : text(key)),
    word: (key, words, fallback) => {
      const given = raw(key);
      if (given === undefined) return fallback;
      const found = words.find((word) => word === given);
      if (found === undefined)
        throw new Illegal('word', `${path}.${key} is none of ${words.join()}`);
      return found;
    },
    flag: (key) => {
      const given = raw(key);
      if (given === undefined) return false;
      if (typeof given !== 'boolean') throw new Illegal('kind', `${path}.${key} is no flag`);
      return given;
    },
    number: (key) => {
      const given = raw(key);
      if (given === undefined) throw new Illegal('missing', `${path}.${key} is missing`);
      if (typeof given !== 'number') throw new Illegal('kind', `${path}.${key} is no number`);
      return given;
    },
    list: (key) => {
      const given = raw(key);
      if (given === undefined) throw new Illegal('missing', `${path}.${key} is missing`);
      if (!Array.isArray(given)) throw new Illegal('kind', `${path}.${key} is no list`);
      return given as readonly Json[];
    },
    object: (key) => asObject(raw(key), `${path}.${key}`),
    done: () => {
      const unread = Object.keys(object).filter((key) => !seen.has(key));
      if (unread.length > 0) throw new Illegal('unread', `nobody reads ${path}.${unread.join()}`);
    },
  };
}
