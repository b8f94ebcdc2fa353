import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Batch, crc32Slow } from '@tessera/columnar';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { BlockFile } from '../src/block-file.js';
import { fileExchange } from '../src/exchange.js';

const folder = mkdtempSync(join(tmpdir(), 'tessera-blocks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newPath = () => join(folder, `${files++}`);

const hex = (crc: number) => crc.toString(16).padStart(8, '0');

/** About what is copied, and about what is written at once. */
const length = fc.oneof(
  fc.nat(64),
  fc.nat(40_000),
  fc.constantFrom(16_383, 16_384, 16_385, 245_760, 245_761, 262_143, 262_144, 262_145),
);

describe('BlockFile', () => {
  test('holds the pieces one behind the other, with their checksum, whoever uses their memory afterwards', () => {
    const blocks = fc.array(fc.array(length, { maxLength: 6 }), { maxLength: 24 });
    const memory = new Uint8Array(6 * 262_145);
    let next = 0;
    const check = (blocksOfLengths: readonly (readonly number[])[], isSummed: boolean) => {
      const path = newPath();
      const file = new BlockFile(path, isSummed);
      const wanted: Uint8Array[] = [];
      let bytes = 0;
      for (const lengths of blocksOfLengths) {
        let at = 0;
        const pieces = lengths.map((some) => memory.subarray(at, (at += some)));
        for (const piece of pieces) piece.fill(++next);
        wanted.push(memory.slice(0, at));
        file.add(pieces);
        bytes += at;
        expect(file.bytes).toBe(bytes);
        memory.fill(0, 0, at);
      }
      const whole = Buffer.concat(wanted);
      expect(file.end()).toEqual({ bytes, crc: hex(isSummed ? crc32Slow(whole) : 0) });
      file.close();
      expect(readFileSync(path).equals(whole)).toBe(true);
      rmSync(path);
    };
    fc.assert(fc.property(blocks, fc.boolean(), check));
  });

  test('what a file that was given up has gathered is in no other', () => {
    const givenUp = new BlockFile(newPath(), true);
    givenUp.add([Uint8Array.of(1, 2, 3)]);
    givenUp.close();
    const path = newPath();
    const file = new BlockFile(path, true);
    file.add([Uint8Array.of(4)]);
    expect(file.end()).toEqual({ bytes: 1, crc: hex(crc32Slow(Uint8Array.of(4))) });
    file.close();
    expect([...readFileSync(path)]).toEqual([4]);
  });
});

const numbers = (rows: number, value: number): Batch => ({
  rows,
  columns: { n: { kind: 'f64', values: new Float64Array(rows).fill(value) } },
});

const valuesOf = ({ columns }: Batch) =>
  columns.n?.kind === 'f64' ? [...columns.n.values] : undefined;

describe('fileExchange', () => {
  test('small blocks and large ones are read where their sections say', () => {
    const exchange = fileExchange(folder, true);
    exchange.begin();
    const rows = [
      3,
      0,
      2_048,
      2_049,
      1,
      40_000,
      5,
      ...Array.from({ length: 3_000 }, (_, i) => i % 50),
    ];
    const sections = exchange.write(
      'mixed',
      rows.map((some, i) => numbers(some, i)),
    );
    for (const [i, section] of sections.entries())
      expect(valuesOf(exchange.read(section))).toEqual(Array<number>(rows[i]!).fill(i));
    const file = readFileSync(join(folder, 'mixed'));
    expect(sections.reduce((sum, section) => sum + section.length, 0)).toBe(file.length);
    expect(exchange.written()).toEqual([
      { name: 'mixed', bytes: file.length, crc: hex(crc32Slow(file)) },
    ]);
  });

  test('a file whose batches fail midway is removed, and the next one is its own', () => {
    const exchange = fileExchange(folder, true);
    exchange.begin();
    function* failing() {
      yield numbers(3, 1);
      yield numbers(40_000, 2);
      yield numbers(3, 3);
      throw new Error('no more');
    }
    expect(() => exchange.write('half', failing())).toThrow('no more');
    expect(() => readFileSync(join(folder, 'half'))).toThrow('ENOENT');
    const [section] = exchange.write('whole', [numbers(2, 4)]);
    expect(valuesOf(exchange.read(section!))).toEqual([4, 4]);
    expect(exchange.written().map(({ name }) => name)).toEqual(['whole']);
  });
});
