import {
  addToExpansion,
  canonicalExpansion,
  type Expansion,
  isKnownCanonical,
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
  const e: Expansion = [];
  for (let i = 0; i < length; i++) e.push(reader.double());
  check(reader, e);
  return e;
}

/** Components of one sum that is read; sums of more are rare. */
const components = new Float64Array(8);

/** e += what `writeExpansion` wrote, exactly, in place. */
export function absorbExpansion(reader: ByteReader, e: Expansion): void {
  const length = reader.count(8);
  if (length > components.length) {
    const other: Expansion = [];
    for (let i = 0; i < length; i++) other.push(reader.double());
    check(reader, other);
    mergeExpansion(e, other);
    return;
  }
  for (let i = 0; i < length; i++) components[i] = reader.double();
  if (isKnownCanonical(components, length)) {
    for (let i = 0; i < length; i++) addToExpansion(e, components[i]!);
    return;
  }
  const other = Array.from(components.subarray(0, length));
  check(reader, other);
  mergeExpansion(e, other);
}

function check(reader: ByteReader, e: Expansion): void {
  const { length } = e;
  for (let i = 0; i < length; i++) {
    const component = e[i]!;
    const beyondDouble = component === Infinity && i === length - 1 && i > 0;
    if (!Number.isFinite(component) && !beyondDouble) reader.fail('a sum is not finite');
  }
  if (!isCanonical(e)) reader.fail('a sum is not in canonical form');
}

/** Components that no sum has (their parts beyond a double do not fit one) are refused with a RangeError there. */
function isCanonical(e: Expansion): boolean {
  if (isKnownCanonical(e, e.length)) return true;
  try {
    const canonical = canonicalExpansion(e);
    return canonical.length === e.length && canonical.every((x, i) => x === e[i]);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
