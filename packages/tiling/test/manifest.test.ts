import { expect, test } from 'vitest';
import { blockInput, type TileLevelEntry, type TileManifest } from '../src/index.js';
import { formatTileManifest, parseTileManifest } from '../src/manifest-json.js';
import { tileFileName } from '../src/store-layout.js';
import { NO_TILES } from '../src/tile-manifest.js';
import { INPUT, MADE } from './store-support.js';

const STATE = 'd'.repeat(32);
const files = { [tileFileName(true, [])]: 70, [tileFileName(false, [STATE])]: 30 };
const [base, more] = Object.keys(files) as [string, string];
const entry: TileLevelEntry = {
  rows: 3,
  events: 5,
  minStartMs: -86_400_000,
  maxStartMs: 0,
  bytes: 100,
  base,
  files,
  // An older version wrote the other one.
  crcs: { [base]: '0000beef' },
  states: { [STATE]: more },
};
const empty = { ...entry, rows: 0, events: 0, minStartMs: null, maxStartMs: null };
const label = '2024-12-27';
const manifest: TileManifest = {
  ...NO_TILES,
  partitions: {
    '2025-01-01': { input: INPUT, ...MADE, levels: { '1h': entry, '1d': empty } },
    __none__: { input: INPUT, files: [], counts: MADE.counts, levels: {} },
  },
  blocks: {
    '8d': { [label]: { input: blockInput([{ ds: '2025-01-01', input: INPUT }]), ...entry } },
    '64d': {},
  },
};

test('a manifest says what it was told', () => {
  expect(parseTileManifest(formatTileManifest(manifest))).toEqual(manifest);
  expect(parseTileManifest(formatTileManifest(NO_TILES))).toEqual(NO_TILES);
  const shuffled = {
    ...manifest,
    partitions: Object.fromEntries(Object.entries(manifest.partitions).reverse()),
  };
  expect(formatTileManifest(shuffled)).toBe(formatTileManifest(manifest));
});

test('a manifest cut anywhere is damaged, never another one', () => {
  const text = formatTileManifest(manifest).trimEnd();
  for (let length = 0; length < text.length; length++) {
    expect(() => parseTileManifest(text.slice(0, length)), text.slice(0, length)).toThrow();
  }
});

test('members that are gone or of another kind are damage', () => {
  const text = formatTileManifest(manifest);
  // Each number, text, list and object in turn.
  const places = [...text.matchAll(/: ?("[^"]*"|-?\d+|null|\[\]|\{\})/g)];
  expect(places.length).toBeGreaterThan(30);
  for (const { index, 0: found, 1: value = '' } of places) {
    const at = index + found.length - value.length;
    const changed = `${text.slice(0, at)}true${text.slice(at + value.length)}`;
    expect(() => parseTileManifest(changed), changed).toThrow();
  }
  expect(() => parseTileManifest(text.replace(base, '../../x'))).toThrow('no file of tiles');
});

test('manifests of other versions', () => {
  expect(parseTileManifest('{"format": 1}')).toBe('older');
  expect(parseTileManifest('{"format": 3}')).toBe('newer');
  expect(parseTileManifest('{"format": 2, "tileFormat": 0}')).toBe('older');
  expect(parseTileManifest('{"format": 2, "tileFormat": 99}')).toBe('newer');
  expect(() => parseTileManifest('{}')).toThrow('`format` is no count');
});
