import { roundHalfAway } from '../registry/rounding.js';
import { isDoubleType, normalized } from './emit-arithmetic.js';
import { emitTimeFunction } from './emit-time.js';
import { type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import { representationOf } from './representation.js';

/** Functions of doubles that are JavaScript's own: their name there. What is not finite is null. */
const OWN: Readonly<Record<string, string>> = {
  sqrt: 'Math.sqrt',
  cbrt: 'Math.cbrt',
  exp: 'Math.exp',
  ln: 'Math.log',
  log10: 'Math.log10',
  log2: 'Math.log2',
  log1p: 'Math.log1p',
  expm1: 'Math.expm1',
  sin: 'Math.sin',
  cos: 'Math.cos',
  tan: 'Math.tan',
  asin: 'Math.asin',
  acos: 'Math.acos',
  atan: 'Math.atan',
  tanh: 'Math.tanh',
  atan2: 'Math.atan2',
};

/** Functions of a number that leave infinities as they are. */
const ROUNDING: Readonly<Record<string, string>> = {
  abs: 'Math.abs',
  floor: 'Math.floor',
  ceil: 'Math.ceil',
  trunc: 'Math.trunc',
};

/**
 * A function of the registry as operators, where that is faster than calling its closure.
 *
 * Returns  false where there is no such form
 */
export function emitFunction(emitter: Emitter, node: Node, name: string): boolean {
  if (Object.hasOwn(OWN, name)) {
    const args = node.args.map((_, at) => emitter.argument(node, at));
    defineFinite(emitter, node, `${OWN[name]}(${args.join(', ')})`);
    return true;
  }
  if (Object.hasOwn(ROUNDING, name)) return emitRounding(emitter, node, name);
  switch (name) {
    case 'pow': {
      const [x, y] = [emitter.argument(node, 0), emitter.argument(node, 1)];
      // NaN ** 0 is 1.
      defineFinite(emitter, node, `${x} !== ${x} ? NaN : ${x} ** ${y}`);
      return true;
    }
    case 'round':
      if (node.args.length > 1 || !isDoubleType(node.type)) return false;
      emitter.define(node, `${emitter.constant(roundHalfAway)}(${emitter.argument(node, 0)}) + 0`);
      return true;
    case 'sign':
      if (emitter.mode === 'wide') return false;
      emitter.define(node, `Math.sign(${emitter.argument(node, 0)}) + 0`);
      return true;
    case 'nullif':
      return emitNullIf(emitter, node);
    case 'greatest':
      return emitExtreme(emitter, node, '>');
    case 'least':
      return emitExtreme(emitter, node, '<');
    case 'concat':
      return emitConcat(emitter, node);
    default:
      return emitTimeFunction(emitter, node, name);
  }
}

function defineFinite(emitter: Emitter, node: Node, text: string): void {
  const name = `${nameOf(node)}x`;
  emitter.line(node, `const ${name} = ${text};`);
  emitter.define(node, normalized(name));
}

function emitRounding(emitter: Emitter, node: Node, name: string): boolean {
  if (isDoubleType(node.type)) {
    emitter.define(node, `${ROUNDING[name]}(${emitter.argument(node, 0)}) + 0`);
    return true;
  }
  if (emitter.mode === 'wide' && name === 'abs') return false;
  const x = emitter.argument(node, 0);
  emitter.define(node, name === 'abs' ? `Math.abs(${x})` : x);
  return true;
}

function emitNullIf(emitter: Emitter, node: Node): boolean {
  const { type } = node;
  if (type.kind === 'null') return false;
  const none = representationOf(type, emitter.mode) === 'number' ? 'NaN' : 'null';
  const [x, y] = [emitter.argument(node, 0), emitter.argument(node, 1)];
  emitter.define(node, `${x} === ${y} ? ${none} : ${x}`);
  return true;
}

/** The first of the greatest or least. A null gives way to anything. */
function emitExtreme(emitter: Emitter, node: Node, op: '<' | '>'): boolean {
  const { type } = node;
  if (type.kind === 'string' || type.kind === 'null') return false;
  const isNumber = representationOf(type, emitter.mode) === 'number';
  let best = emitter.argument(node, 0);
  for (let at = 1; at < node.args.length; at++) {
    const x = emitter.argument(node, at);
    const better = isNumber
      ? `${x} ${op} ${best} || ${best} !== ${best}`
      : `${best} === null || (${x} !== null && ${x} ${op} ${best})`;
    const name = `${nameOf(node)}e${at}`;
    emitter.line(node, `const ${name} = ${better} ? ${x} : ${best};`);
    best = name;
  }
  emitter.define(node, best);
  return true;
}

function emitConcat(emitter: Emitter, node: Node): boolean {
  if (node.args.some(({ type }) => type.kind !== 'string')) return false;
  const texts = node.args.map((_, at) => emitter.argument(node, at));
  const anyNull = texts.map((text) => `${text} === null`).join(' || ');
  emitter.define(node, `${anyNull} ? null : ${texts.join(' + ')}`);
  return true;
}
