import { expect, test } from 'vitest';
import { random as seeded } from '../../../test/oracle/prng.js';
import { addEntry, addWords, checksumOf, newTally, tallyFrom } from '../src/store/checksum.js';
import { crc32, slowCrc32 } from '../src/store/crc32.js';
import { nameOf, pathOf } from '../src/store/names.js';
import { packKeys, unpackKeys } from '../src/store/redis/redis-keys.js';
import type { Entry } from '../src/store/store.js';

const random = seeded(1);
const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
const entries: Entry[] = Array.from({ length: 200 }, (_, i) => ({
  key: bytes(1 + (i % 40)),
  value: bytes(i),
}));

function checksum(some: readonly Entry[]): string {
  const tally = newTally();
  for (const { key, value } of some) addEntry(tally, key, value);
  return checksumOf(tally);
}

test('a checksum does not depend on order, and on everything else', () => {
  const whole = checksum(entries);
  expect(whole).toMatch(/^[0-9a-f]{32}$/);
  expect(checksum([...entries].reverse())).toBe(whole);
  const changed = new Set<string>([whole]);
  let count = 1;
  const differs = (some: readonly Entry[]): void => {
    changed.add(checksum(some));
    expect(changed.size).toBe(++count);
  };
  differs(entries.slice(1));
  differs([...entries, entries[7]!]);
  differs([...entries, { key: Uint8Array.of(0), value: new Uint8Array(0) }]);
  const [a, b] = [entries[50]!, entries[51]!];
  const others = entries.filter((one) => one !== a && one !== b);
  differs([...others, { key: a.key, value: b.value }, { key: b.key, value: a.value }]);
  // A byte from the key's end to the value's beginning.
  differs([
    ...others,
    b,
    { key: a.key.slice(0, -1), value: Uint8Array.of(a.key.at(-1)!, ...a.value) },
  ]);
  for (let bit = 0; bit < 8 * a.value.length; bit += 7) {
    const value = Uint8Array.from(a.value);
    value[bit >> 3] = value[bit >> 3]! ^ (1 << (bit & 7));
    differs([...others, b, { key: a.key, value }]);
  }
});

test('it is the same in whole words of a larger memory, and can be gone on with', () => {
  const tally = newTally();
  for (const { key, value } of entries) {
    const memory = bytes(4 * 200);
    memory.set(key, 8);
    memory.set(value, 100);
    const words = new Uint32Array(memory.buffer);
    addWords(tally, words, 2, key.length, words, 25, value.length);
  }
  expect(checksumOf(tally)).toBe(checksum(entries));
  const first = newTally();
  for (const { key, value } of entries.slice(0, 90)) addEntry(first, key, value);
  const rest = tallyFrom(first.entries, first.bytes, checksumOf(first));
  for (const { key, value } of entries.slice(90)) addEntry(rest, key, value);
  expect([rest.entries, rest.bytes, checksumOf(rest)]).toEqual([
    200,
    tally.bytes,
    checksumOf(tally),
  ]);
});

test('CRC-32 is that of zlib', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(slowCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const all = bytes(1000);
  expect(slowCrc32(all)).toBe(crc32(all));
  expect(slowCrc32(all.subarray(300), slowCrc32(all.subarray(0, 300)))).toBe(crc32(all));
});

test('names of units come back from paths', () => {
  for (const unit of [
    'join.fraud_v2',
    'ä €',
    '.',
    '..',
    'a/b',
    'a\\b',
    '%41',
    "!'()*~",
    ' ',
    'CON',
  ]) {
    const path = pathOf(unit);
    expect(path).toMatch(/^[\w%-][\w%.-]*$/);
    expect(path).not.toMatch(/^\.|\.$/);
    expect(nameOf(path)).toBe(unit);
  }
  for (const path of ['', '.git', 'a b', '%zz', '%61', '_lock.tmp~'])
    expect(nameOf(path)).toBe(null);
});

test('keys of a run come back', () => {
  for (const some of [[], entries.map(({ key }) => key)]) {
    expect(unpackKeys(packKeys(some)).map((key) => [...key])).toEqual(some.map((key) => [...key]));
  }
});
