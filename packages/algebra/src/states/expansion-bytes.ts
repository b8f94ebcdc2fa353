import { canonicalExpansion, type Expansion } from '../exact/expansion.js';
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
  for (let i = 0; i < length; i++) {
    const component = reader.double();
    const beyondDouble = component === Infinity && i === length - 1 && i > 0;
    if (!Number.isFinite(component) && !beyondDouble) reader.fail('a sum is not finite');
    e.push(component);
  }
  if (!isCanonical(e)) reader.fail('a sum is not in canonical form');
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
