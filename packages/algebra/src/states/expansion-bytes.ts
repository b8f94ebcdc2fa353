import {
  addToExpansion,
  canonicalExpansion,
  type Expansion,
  mergeExpansion,
} from '../exact/expansion.js';
import type { ByteReader, ByteWriter } from '../values/bytes.js';

/** Writes the canonical form: varint length, then doubles of rising magnitude. */
export function writeExpansion(writer: ByteWriter, e: Expansion): void {
  const canonical = canonicalExpansion(e);
  writer.varint(canonical.length);
  for (const component of canonical) writer.double(component);
}

export function readExpansion(reader: ByteReader): Expansion {
  const length = reader.count(8);
  return readRest(reader, [], length);
}

/** e += what `writeExpansion` wrote, exactly, in place; nothing is made of the sums of one or two doubles that most are. */
export function absorbExpansion(reader: ByteReader, e: Expansion): void {
  const length = reader.count(8);
  if (length === 0) return;
  if (length > 2) {
    mergeExpansion(e, readRest(reader, [], length));
    return;
  }
  const low = reader.double();
  if (length === 1) {
    if (!Number.isFinite(low)) reader.fail('a sum is not finite');
    if (low === 0) reader.fail(NOT_CANONICAL);
    addToExpansion(e, low);
    return;
  }
  const high = reader.double();
  // Neither NaN nor beyond a double passes: what `readRest` says of them.
  if (!(Math.abs(high) < LARGE) || low === 0 || low + high !== high) {
    mergeExpansion(e, checked(reader, [low, high]));
    return;
  }
  addToExpansion(e, low);
  addToExpansion(e, high);
}

const NOT_CANONICAL = 'a sum is not in canonical form';
/** Sums below it are far from where doubles end. */
const LARGE = 2 ** 1000;

function readRest(reader: ByteReader, e: Expansion, length: number): Expansion {
  for (let i = 0; i < length; i++) e.push(reader.double());
  return checked(reader, e);
}

function checked(reader: ByteReader, e: Expansion): Expansion {
  const { length } = e;
  for (let i = 0; i < length; i++) {
    const component = e[i]!;
    const beyondDouble = component === Infinity && i === length - 1 && i > 0;
    if (!Number.isFinite(component) && !beyondDouble) reader.fail('a sum is not finite');
  }
  if (!isCanonical(e)) reader.fail(NOT_CANONICAL);
  return e;
}

/** Components that no sum has (their parts beyond a double do not fit one) are refused with a RangeError there. */
function isCanonical(e: Expansion): boolean {
  try {
    const canonical = canonicalExpansion(e);
    return canonical.length === e.length && canonical.every((x, i) => x === e[i]);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
