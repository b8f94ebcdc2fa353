import { normalized } from '../evaluate/evaluate-row.js';
import { checkSafe } from './emit-arithmetic.js';
import { type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import type { LaneKind } from './lane.js';
import { fromValueText, isWhole, representationOf } from './representation.js';

/** A column's value, as S4.4 has it: NaN is null, -0 is 0. `k` is the lane's position. */
export function emitColumn(emitter: Emitter, node: Node, kind: LaneKind, k: number): void {
  const name = nameOf(node);
  const isFastWhole = isWhole(node.type) && emitter.mode === 'fast';
  const isWideWhole = isWhole(node.type) && emitter.mode === 'wide';
  switch (kind) {
    case 'f64':
      if (!isWideWhole) {
        emitter.define(node, `c${k}[i] + 0`);
        return;
      }
      emitter.line(node, `const ${name}v = c${k}[i];`);
      {
        emitter.define(node, `${name}v !== ${name}v ? null : BigInt(${name}v)`);
        return;
      }
    case 'i64':
    case 'i64v': {
      const valid = (isNull: string) => (kind === 'i64v' ? `v${k}[i] === 0 ? ${isNull} : ` : '');
      if (!isFastWhole) {
        emitter.define(node, `${valid('null')}c${k}[i]`);
        return;
      }
      const halves = `h${k}[2 * i + 1] * 4294967296 + (h${k}[2 * i] >>> 0)`;
      emitter.define(node, `${valid('NaN')}${halves}`);
      checkSafe(emitter, node);
      return;
    }
    case 'code':
      emitter.line(node, `const ${name}v = c${k}[i];`);
      {
        emitter.define(node, `${name}v < 0 ? null : s${k}[${name}v]`);
        return;
      }
    case 'read':
      emitter.line(node, `const ${name}v = r${k}(i);`);
      emitter.define(node, fromValueText(`${name}v`, node.type, emitter.mode));
      if (isFastWhole) checkSafe(emitter, node);
      return;
    case 'value':
      emitter.line(node, `const ${name}v = ${emitter.constant(normalized)}(L[${k}].value);`);
      {
        emitter.define(node, fromValueText(`${name}v`, node.type, emitter.mode));
        return;
      }
  }
}

/** A value that was found for the string that stands in the column; `x` names its table's arrays. */
export function emitLookup(emitter: Emitter, node: Node, j: number): void {
  const { mode } = emitter;
  const array = representationOf(node.type, mode) === 'number' ? `xn${j}` : `xo${j}`;
  emitter.define(node, `${array}[xc${j}[i] + 1]`);
  if (mode === 'fast' && isWhole(node.type)) checkSafe(emitter, node);
}

/** What an earlier function computed for the rows of this chunk. */
export function emitKept(emitter: Emitter, node: Node, m: number): void {
  emitter.define(node, `t${m}[i - from]`);
}
