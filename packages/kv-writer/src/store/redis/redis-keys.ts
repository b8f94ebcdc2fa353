import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { pathOf } from '../names.js';

/**
 * Names of what stands in Redis. No two of them are made to fall on one server of a cluster.
 *
 *   <prefix>:units                            set of units
 *   <prefix>:<unit>:pointer                   current and previous
 *   <prefix>:<unit>:versions                  hash, version → record
 *   <prefix>:<unit>:lock                      who uploads
 *   <prefix>:<unit>:<version>:!               there as long as all entries of the version are
 *   <prefix>:<unit>:<version>:#<i>            keys of the i-th run, to find them again
 *   <prefix>:<unit>:<version>:=<key>          entries
 */
export interface UnitKeys {
  readonly pointer: string;
  readonly versions: string;
  readonly lock: string;
  version(version: string): VersionKeys;
}

export interface VersionKeys {
  readonly sentinel: string;
  chunk(i: number): string;
  entry(key: Uint8Array): Buffer;
}

export const unitsKey = (prefix: string): string => `${prefix}:units`;

export function unitKeys(prefix: string, unit: string): UnitKeys {
  const at = `${prefix}:${pathOf(unit)}`;
  return {
    pointer: `${at}:pointer`,
    versions: `${at}:versions`,
    lock: `${at}:lock`,
    version(version) {
      const head = Buffer.from(`${at}:${version}:=`);
      return {
        sentinel: `${at}:${version}:!`,
        chunk: (i) => `${at}:${version}:#${i}`,
        entry(key) {
          const name = Buffer.allocUnsafe(head.length + key.length);
          name.set(head);
          name.set(key, head.length);
          return name;
        },
      };
    },
  };
}

/** Keys of a run, each behind its length (4 bytes LE), deflated: sorted keys are much alike. */
export function packKeys(keys: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(keys.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const key of keys) {
    at = bytes.writeUInt32LE(key.length, at);
    bytes.set(key, at);
    at += key.length;
  }
  return deflateRawSync(bytes, { level: 1 });
}

/** Throws for bytes that `packKeys` never made. */
export function unpackKeys(packed: Buffer): Buffer[] {
  const bytes = inflateRawSync(packed);
  const keys: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) throw new Error('a key is cut short');
    keys.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return keys;
}
