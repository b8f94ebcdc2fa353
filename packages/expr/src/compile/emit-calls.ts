import { castValue, roundHalfEven } from '../evaluate/cast-value.js';
import { REGISTRY } from '../registry/registry.js';
import type { ExprType, Value } from '../types.js';
import { checkSafe } from './emit-arithmetic.js';
import { emitFunction } from './emit-functions.js';
import { type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import {
  fromValueText,
  isNullText,
  isWhole,
  nullText,
  representationOf,
  toValueText,
} from './representation.js';

/** A function of the registry, called directly. */
export function emitCall(emitter: Emitter, node: Node): void {
  const { source } = node;
  if (source.op !== 'call') throw new Error('no call');
  const entry = REGISTRY.get(source.name);
  if (entry === undefined) throw new Error(`no function ${source.name}`);
  if (emitFunction(emitter, node, source.name)) return;
  emitClosure(emitter, node, entry.js(source.args), entry.nulls === 'strict');
}

export function emitCast(emitter: Emitter, node: Node): void {
  const { type: from } = node.args[0]!;
  const to = node.type;
  if (from.kind === 'null') {
    emitter.define(node, nullOf(emitter, node));
    return;
  }
  const isFast = emitter.mode === 'fast';
  const x = () => emitter.argument(node, 0);
  switch (`${from.kind} ${to.kind}`) {
    case 'boolean double':
      emitter.alias(node, x());
      return;
    case 'int64 double':
      if (isFast) emitter.alias(node, x());
      else emitter.define(node, `${x()} === null ? NaN : Number(${x()})`);
      return;
    case 'double boolean':
      emitter.define(node, `${x()} !== ${x()} ? NaN : ${x()} !== 0 ? 1 : 0`);
      return;
  }
  if (!isFast || !emitFastCast(emitter, node, from, to)) {
    emitClosure(emitter, node, (value) => castValue(value!, from, to), true);
  }
}

/** Casts between what fast code holds as numbers. */
function emitFastCast(emitter: Emitter, node: Node, from: ExprType, to: ExprType): boolean {
  const x = emitter.argument(node, 0);
  switch (`${from.kind} ${to.kind}`) {
    case 'boolean int64':
      emitter.alias(node, x);
      return true;
    case 'int64 boolean':
      emitter.define(node, `${x} !== ${x} ? NaN : ${x} !== 0 ? 1 : 0`);
      return true;
    case 'double int64':
      // Infinities are null, whatever is large gives the row up.
      emitter.define(
        node,
        `${x} - ${x} === 0 ? ${emitter.constant(roundHalfEven)}(${x}) + 0 : NaN`,
      );
      checkSafe(emitter, node);
      return true;
    case 'date timestamp':
      emitter.define(node, `${x} * 86400000000`);
      checkSafe(emitter, node);
      return true;
    case 'timestamp date':
      emitter.define(node, `Math.floor(${x} / 86400000000)`);
      return true;
    default:
      return false;
  }
}

function nullOf(emitter: Emitter, node: Node): string {
  return nullText(representationOf(node.type, emitter.mode));
}

/** @param strict null where an argument is null, and the closure never sees one */
function emitClosure(
  emitter: Emitter,
  node: Node,
  closure: (...values: readonly Value[]) => Value,
  strict: boolean,
): void {
  const { mode } = emitter;
  const name = nameOf(node);
  const args = node.args.map((arg, at) => {
    const text = emitter.argument(node, at);
    // NULL without a type has no representation of its own.
    if (arg.type.kind === 'null') return { value: 'null', isNull: 'true' };
    const value = toValueText(text, arg.type, mode, strict);
    return { value, isNull: isNullText(text, representationOf(arg.type, mode)) };
  });
  const call = `${emitter.constant(closure)}(${args.map(({ value }) => value).join(', ')})`;
  const anyNull = args.map(({ isNull }) => isNull).join(' || ');
  const guarded = strict && args.length > 0 ? `${anyNull} ? null : ${call}` : call;
  emitter.line(node, `const ${name}v = ${guarded};`);
  emitter.define(node, fromValueText(`${name}v`, node.type, mode));
  if (mode === 'fast' && isWhole(node.type)) checkSafe(emitter, node);
}
