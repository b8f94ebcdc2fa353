import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newFolder } from '../../../test/files/workspace.js';
import { type RunWriter, readRun, runWriter } from '../src/upload/run-file.js';

function add(writer: RunWriter, key: Uint8Array, value: Uint8Array): void {
  writer.begin();
  writer.bytes.raw(key);
  writer.valueBegins();
  writer.bytes.raw(value);
  writer.endEntry();
}

test.runIf(existsSync('/dev/full'))('a disk without space is told as such', () => {
  const large = new Uint8Array(2 ** 21);
  const inside = runWriter('/dev/full');
  expect(() => add(inside, large, large)).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  inside.abandon();
  const atEnd = runWriter('/dev/full');
  add(atEnd, large.subarray(0, 9), large.subarray(0, 9));
  expect(() => atEnd.end()).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
});

test('a folder that is not there is told as such', () => {
  expect(() => runWriter('/nowhere/at/all')).toThrow(
    expect.objectContaining({ code: 'NOT_WRITABLE' }),
  );
});

test('what is written is read, entries larger than what is read at once too', () => {
  const file = `${newFolder()}/run`;
  const writer = runWriter(file);
  const sizes = [0, 1, 3_000_000, 5];
  for (const size of sizes) add(writer, new Uint8Array(size), new Uint8Array(size).fill(size % 7));
  writer.begin();
  writer.bytes.raw(new Uint8Array(100));
  writer.dropEntry();
  expect(writer.end()).toMatchObject({ entries: 4 });
  const read = [...readRun(file)].flat();
  expect(read.map(({ key, value }) => [key.length, value.at(-1)])).toEqual(
    sizes.map((size) => [size, size === 0 ? undefined : size % 7]),
  );
});
