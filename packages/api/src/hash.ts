import * as crypto from 'node:crypto';
import { TesseraError } from './errors.js';

/** Part of everything hashed: raising it makes every stored result stale. */
export const HASH_FORMAT = 1;

/**
 * JSON with one text per value: object keys sorted by code unit, no undefined members, arrays in order, no spaces.
 *
 * Throws INTERNAL for what JSON cannot say (functions, bigint, NaN, ±Infinity, undefined in an array).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = '';
    for (const item of value) text += text === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `[${text}]`;
  }
  if (typeof value === 'object') {
    if (RENDERED in value) return String(value[RENDERED]);
    const members = value as Readonly<Record<string, unknown>>;
    let text = '';
    for (const key of Object.keys(members).sort()) {
      const member = members[key];
      if (member === undefined) continue;
      text += `${text === '' ? '' : ','}${keyText(key)}:${canonicalJson(member)}`;
    }
    return `{${text}}`;
  }
  throw new TesseraError('INTERNAL', {
    reason: `canonical JSON of ${typeof value} ${String(value)}`,
  });
}

const RENDERED = Symbol('canonical JSON');

/** Names of members: few, and asked for again and again. */
const keyTexts = new Map<string, string>();
const KEY_TEXTS = 10_000;

function keyText(key: string): string {
  const found = keyTexts.get(key);
  if (found !== undefined) return found;
  const text = JSON.stringify(key);
  if (keyTexts.size < KEY_TEXTS) keyTexts.set(key, text);
  return text;
}

/** A value as its canonical JSON. */
export interface Rendered {
  readonly [RENDERED]: string;
}

/** A value whose canonical JSON is made now, for use inside of many others. */
export function rendered(value: unknown): Rendered {
  return { [RENDERED]: canonicalJson(value) };
}

/** sha256 of a text's UTF-8 bytes, or of these bytes; its first 128 bits, as 32 hex digits. */
export function hash128(text: string | Uint8Array): string {
  return sha256(text).slice(0, 32);
}

/** At once where Node can (20.12): of a short text, making a hash object takes longer than hashing. */
const sha256: (text: string | Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex');

/** The hash of plain data's meaning: of its canonical JSON and the format version. */
export function contentHash(value: unknown): string {
  return hash128(canonicalJson({ format: HASH_FORMAT, value }));
}
