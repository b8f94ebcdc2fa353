import { compareText } from '../evaluate/compare-values.js';
import { likes } from '../evaluate/likes.js';
import type { Value } from '../types.js';
import type { Emitter } from './emitter.js';
import type { Node } from './graph.js';
import { isNullText, isWhole, isWide, representationOf } from './representation.js';

const OPPOSITE = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const;
type Comparison = keyof typeof OPPOSITE;

export function isComparison(op: string): op is Comparison {
  return Object.hasOwn(OPPOSITE, op);
}

/** Numbers: no comparison with NaN holds but !==, which is therefore two others. */
function numbersText(op: Comparison, a: string, b: string): string {
  if (op === '=') return `${a} === ${b}`;
  return op === '<>' ? `(${a} < ${b} || ${a} > ${b})` : `${a} ${op} ${b}`;
}

export function emitComparison(emitter: Emitter, node: Node, op: Comparison): void {
  const { type } = node.args[0]!;
  const a = emitter.compared(node, 0);
  const b = emitter.compared(node, 1);
  if (representationOf(type, emitter.mode) === 'number') {
    emitter.condition(node, numbersText(op, a, b), numbersText(OPPOSITE[op], a, b));
    return;
  }
  const present = `${a} !== null && ${b} !== null`;
  const holds = (what: Comparison) => {
    if (what === '=') return `(${present} && ${a} === ${b})`;
    if (what === '<>') return `(${present} && ${a} !== ${b})`;
    if (type.kind !== 'string') return `(${present} && ${a} ${what} ${b})`;
    return `(${present} && ${emitter.constant(compareText)}(${a}, ${b}) ${what} 0)`;
  };
  emitter.condition(node, holds(op), holds(OPPOSITE[op]));
}

export function emitAndOr(emitter: Emitter, node: Node): void {
  const all = (side: 'yes' | 'no') => node.args.map((_, at) => emitter[side](node, at));
  const [every, some] = node.op === 'and' ? (['yes', 'no'] as const) : (['no', 'yes'] as const);
  const everyText = `(${all(every).join(' && ')})`;
  const someText = `(${all(some).join(' || ')})`;
  if (node.op === 'and') emitter.condition(node, everyText, someText);
  else emitter.condition(node, someText, everyText);
}

export function emitNot(emitter: Emitter, node: Node): void {
  emitter.condition(node, emitter.no(node, 0), emitter.yes(node, 0));
}

export function emitIsNull(emitter: Emitter, node: Node): void {
  const [operand] = node.args;
  if (operand!.op === 'constant') {
    emitter.define(node, operand!.value === null ? '1' : '0');
    return;
  }
  const text = isNullText(emitter.compared(node, 0), representationOf(operand!.type, emitter.mode));
  emitter.condition(node, `(${text})`, `!(${text})`);
}

/** Longer lists of constants are sets. */
const SHORT_LIST = 6;

export function emitIn(emitter: Emitter, node: Node): void {
  const [operand, ...values] = node.args;
  const { type } = operand!;
  const representation = representationOf(type, emitter.mode);
  // Two constants may be equal only before they are rounded.
  const x = operand!.op === 'constant' ? emitter.argument(node, 0) : emitter.compared(node, 0);
  const constants = values.filter((value) => value.op === 'constant' && value.value !== null);
  const hasNull = values.some((value) => value.op === 'constant' && value.value === null);
  const yes: string[] = [];
  const no: string[] = [];
  if (constants.length > SHORT_LIST) {
    const set = emitter.constant(new Set(constants.map(({ value }) => held(emitter, value))));
    yes.push(`${set}.has(${x})`);
    no.push(`!${set}.has(${x})`);
  }
  values.forEach((value, at) => {
    if (value.op === 'constant' && (value.value === null || constants.length > SHORT_LIST)) return;
    // No row that fast code holds has such a value.
    if (emitter.mode === 'fast' && isWhole(type) && isWide(value.value)) return;
    const y = emitter.compared(node, at + 1);
    if (representation === 'number') {
      yes.push(numbersText('=', x, y));
      no.push(numbersText('<>', x, y));
    } else {
      yes.push(`(${x} !== null && ${x} === ${y})`);
      no.push(value.op === 'constant' ? `${x} !== ${y}` : `(${y} !== null && ${x} !== ${y})`);
    }
  });
  const isPresent = `!(${isNullText(x, representation)})`;
  emitter.condition(
    node,
    yes.length === 0 ? 'false' : `(${yes.join(' || ')})`,
    hasNull ? 'false' : `(${[isPresent, ...no].join(' && ')})`,
  );
}

/** A constant as generated code holds values of its type. */
function held(emitter: Emitter, value: Value): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' && emitter.mode === 'fast') {
    return isWide(value) ? null : Number(value);
  }
  return value;
}

export function emitLike(emitter: Emitter, node: Node): void {
  const { source } = node;
  if (source.op !== 'like') throw new Error('no pattern');
  const x = emitter.argument(node, 0);
  const pattern = emitter.constant(source.pattern);
  const matches = `${emitter.constant(likes)}(${x}, ${pattern}) ? 1 : 0`;
  emitter.define(node, `${x} === null ? NaN : ${matches}`);
}
