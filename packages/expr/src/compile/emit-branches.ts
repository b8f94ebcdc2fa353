import { type Emitter, nameOf } from './emitter.js';
import type { Node } from './graph.js';
import { isNullText, nullText, representationOf } from './representation.js';

/** The first branch whose condition holds; what a branch needs alone is computed in it. */
export function emitCase(emitter: Emitter, node: Node): void {
  const name = nameOf(node);
  const linesOf = (at: number) => emitter.frames.ofArgument(node, at).lines;
  const last = node.args.length - 1;
  const lines: string[] = [];
  for (let at = 0; at < last; at += 2) {
    const value = emitter.argument(node, at + 1);
    lines.push(`if (${emitter.yes(node, at)}) {`, ...linesOf(at + 1));
    lines.push(`${name} = ${value}; break ${name}b; }`);
    // The last argument's own statements come with it.
    if (at + 2 === last) break;
    lines.push(...linesOf(at + 2));
  }
  const otherwise = emitter.argument(node, last);
  const rest = last === 0 ? [] : linesOf(last);
  if (last === 2 && rest.length === 0 && linesOf(1).length === 0) {
    const value = emitter.argument(node, 1);
    emitter.define(node, `${emitter.yes(node, 0)} ? ${value} : ${otherwise}`);
    return;
  }
  emitter.line(node, declaration(emitter, node));
  emitter.line(node, [`${name}b: {`, ...lines, ...rest, `${name} = ${otherwise};`, '}'].join('\n'));
  emitter.alias(node, name);
}

/** The first argument that is not null; each is computed only if those before it are null. */
export function emitCoalesce(emitter: Emitter, node: Node): void {
  const name = nameOf(node);
  const representation = representationOf(node.type, emitter.mode);
  const lines: string[] = [];
  node.args.forEach((_, at) => {
    const value = emitter.argument(node, at);
    if (at > 0) lines.push(...emitter.frames.ofArgument(node, at).lines);
    lines.push(`${name} = ${value};`);
    lines.push(`if (!(${isNullText(name, representation)})) break ${name}b;`);
  });
  emitter.line(node, declaration(emitter, node));
  emitter.line(node, [`${name}b: {`, ...lines, '}'].join('\n'));
  emitter.alias(node, name);
}

function declaration(emitter: Emitter, node: Node): string {
  return `let ${nameOf(node)} = ${nullText(representationOf(node.type, emitter.mode))};`;
}
