import type { ExprType } from '../types.js';
import type { Frame, Frames } from './frames.js';
import type { Node } from './graph.js';
import { isWhole, isWide, type Mode, nullText, representationOf } from './representation.js';

/** How a node that was emitted is spoken of. A condition that is used once has no name, only its two texts. */
interface Form {
  readonly name: string | null;
  /** True where the condition holds, and where it does not; neither where it is null. */
  readonly yes: string;
  readonly no: string;
}

/** What is said of the code that is being generated. */
export interface Emitter {
  readonly mode: Mode;
  readonly frames: Frames;
  /** Conditions that stand where they are used. */
  readonly inlined: ReadonlySet<Node>;
  /** Doubles that may be held as infinities and -0 for now, since only arithmetic sees them. */
  readonly raw: ReadonlySet<Node>;
  /** The name under which generated code sees a value of ours: nothing else of it becomes text. */
  constant(value: unknown): string;
  /** Add a statement where the node is computed. */
  line(node: Node, text: string): void;
  /** The node is the text, under a name. */
  define(node: Node, text: string): void;
  /** The node is what that name says. */
  alias(node: Node, name: string): void;
  /** The node is a condition. */
  condition(node: Node, yes: string, no: string): void;
  /** An argument's value, as `representationOf` its type; NULL without a type is of the node's. */
  argument(node: Node, at: number): string;
  /** A whole number argument that is only compared: a constant may be rounded. */
  compared(node: Node, at: number): string;
  yes(node: Node, at: number): string;
  no(node: Node, at: number): string;
  /** A root's value, of that type. */
  result(node: Node, type: ExprType): string;
  resultYes(node: Node): string;
}

/** Gives the row up: wide code computes it again. */
export const BAIL = '{ W[i - from] = 1; any = 1; continue; }';

/** Names of what belongs to the node alone begin with it and end in a letter; those of arrays are a letter and a number. */
export function nameOf(node: Node): string {
  return `n${node.id}`;
}

/** A constant that is not null as text of the language, or as a name. */
function constantText(emitter: Emitter, node: Node): string {
  const { value } = node;
  switch (typeof value) {
    case 'boolean':
      return value ? '1' : '0';
    case 'number':
      return value < 0 ? `(${value})` : String(value);
    case 'bigint': {
      const text = emitter.mode === 'fast' ? String(Number(value)) : `${value}n`;
      return value < 0n ? `(${text})` : text;
    }
    default:
      return emitter.constant(value);
  }
}

export function createEmitter(options: {
  readonly mode: Mode;
  readonly frames: Frames;
  readonly inlined: ReadonlySet<Node>;
  readonly raw: ReadonlySet<Node>;
  readonly constant: (value: unknown) => string;
}): Emitter {
  const forms = new Map<Node, Form>();
  const { mode, frames } = options;

  const formOf = (node: Node): Form => {
    const form = forms.get(node);
    if (form === undefined) throw new Error(`${node.op} is used before it is computed`);
    return form;
  };
  const constant = (node: Node, type: ExprType): string => {
    const wanted = node.type.kind === 'null' ? type : node.type;
    return node.value === null
      ? nullText(representationOf(wanted, mode))
      : constantText(emitter, node);
  };
  const value = (node: Node, type: ExprType, frame: Frame): string => {
    if (node.op !== 'constant') return formOf(node).name!;
    if (mode === 'fast' && isWhole(node.type) && isWide(node.value)) {
      frame.lines.push(BAIL);
      return 'NaN';
    }
    return constant(node, type);
  };
  const condition = (node: Node, side: 'yes' | 'no'): string =>
    node.op === 'constant'
      ? String(node.value !== null && node.value === (side === 'yes'))
      : formOf(node)[side];

  const emitter: Emitter = {
    ...options,
    line: (node, text) => {
      frames.of(node).lines.push(text);
    },
    define: (node, text) => {
      emitter.line(node, `const ${nameOf(node)} = ${text};`);
      emitter.alias(node, nameOf(node));
    },
    alias: (node, name) => {
      forms.set(node, { name, yes: `${name} === 1`, no: `${name} === 0` });
    },
    condition: (node, yes, no) => {
      if (options.inlined.has(node)) forms.set(node, { name: null, yes, no });
      else emitter.define(node, `${yes} ? 1 : ${no} ? 0 : NaN`);
    },
    argument: (node, at) => value(node.args[at]!, node.type, frames.ofArgument(node, at)),
    compared: (node, at) => {
      const arg = node.args[at]!;
      return arg.op === 'constant' ? constant(arg, node.type) : formOf(arg).name!;
    },
    yes: (node, at) => condition(node.args[at]!, 'yes'),
    no: (node, at) => condition(node.args[at]!, 'no'),
    result: (node, type) => value(node, type, frames.root),
    resultYes: (node) => condition(node, 'yes'),
  };
  return emitter;
}
