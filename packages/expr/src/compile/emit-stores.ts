import type { Value } from '../types.js';
import type { Emitter } from './emitter.js';
import type { Node } from './graph.js';
import type { Big } from './lane.js';
import type { Program } from './program.js';
import { isWhole, representationOf, toValueText } from './representation.js';

/** Remember a whole number that no double holds exactly; returns what the array of doubles gets. */
export function putWhole(big: Big, row: number, value: bigint | null): number {
  if (value === null) return Number.NaN;
  const number = Number(value);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  big.values ??= new BigInt64Array(big.rows);
  big.has ??= new Uint8Array(big.rows);
  big.values[row] = value;
  big.has[row] = 1;
  return Number.NaN;
}

/** The code of a string: those that are new get the next. */
export function putString(map: Map<string, number>, value: Value): number {
  if (value === null) return -1;
  const known = map.get(value as string);
  if (known !== undefined) return known;
  map.set(value as string, map.size);
  return map.size - 1;
}

/** A result at position `idx`. */
export function emitStore(emitter: Emitter, program: Program, node: Node, idx: number): void {
  const { lines } = emitter.frames.root;
  if (program.store === 'mask') {
    lines.push(`y${idx}[i] = ${emitter.resultYes(node)} ? 1 : 0;`);
    return;
  }
  const { type } = node;
  const x = emitter.result(node, type);
  if (program.store === 'value') {
    const value = type.kind === 'null' ? 'null' : toValueText(x, type, emitter.mode, false);
    lines.push(`O[${idx}] = ${value};`);
  } else if (representationOf(type, emitter.mode) === 'number') {
    lines.push(`o${idx}[i] = ${x};`);
  } else if (isWhole(type)) {
    lines.push(`o${idx}[i] = ${emitter.constant(putWhole)}(g${idx}, i, ${x});`);
  } else if (type.kind === 'string') {
    lines.push(`q${idx}[i] = ${emitter.constant(putString)}(m${idx}, ${x});`);
  } else {
    lines.push(`p${idx}[i] = ${x};`);
  }
}

/** A value that later functions load. */
export function emitKeep(emitter: Emitter, node: Node, m: number): void {
  emitter.frames.root.lines.push(`t${m}[i - from] = ${emitter.result(node, node.type)};`);
}
