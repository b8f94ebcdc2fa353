import { castValue } from '../evaluate/cast-value.js';
import { REGISTRY } from '../registry/registry.js';
import type { Value } from '../types.js';
import { checkSafe } from './emit-arithmetic.js';
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
  emitClosure(emitter, node, entry.js(source.args), entry.nulls === 'strict');
}

export function emitCast(emitter: Emitter, node: Node): void {
  const { type: from } = node.args[0]!;
  const to = node.type;
  if (from.kind === 'null') {
    emitter.define(node, nullOf(emitter, node));
    return;
  }
  // In fast code both are numbers already; a date, too, but it becomes a timestamp by calculation.
  const numeric = from.kind === 'int64' || from.kind === 'boolean';
  const isSame =
    numeric && (to.kind === 'double' || (to.kind === 'int64' && emitter.mode === 'fast'));
  if (isSame) {
    const x = emitter.argument(node, 0);
    const isHeld = representationOf(from, emitter.mode) === 'number';
    if (isHeld) emitter.alias(node, x);
    else emitter.define(node, `${x} === null ? NaN : Number(${x})`);
    return;
  }
  emitClosure(emitter, node, (value) => castValue(value!, from, to), true);
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
  emitter.line(node, `const v${name} = ${guarded};`);
  emitter.define(node, fromValueText(`v${name}`, node.type, mode));
  if (mode === 'fast' && isWhole(node.type)) checkSafe(emitter, node);
}
