import { simpleOperand, simpleValues } from './simple.js';
import type { Expression } from './tree.js';

/**
 * What of a condition is hashed. Conditions over plain columns and values keep the form that they had before there were
 * expressions, so that what was stored under their hashes is found: operands are `{ column }` and `{ literal }`, values of a
 * list are as they are. Everything else is hashed as the tree it is. Two trees of one form mean the same.
 */
export function hashedForm(condition: Expression): unknown {
  switch (condition.op) {
    case 'and':
    case 'or':
      return { op: condition.op, args: condition.args.map(hashedForm) };
    case 'not':
      return { op: 'not', arg: hashedForm(condition.arg) };
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { op } = condition;
      const [left, right] = [simpleOperand(condition.left), simpleOperand(condition.right)];
      return left === null || right === null ? condition : { op, left, right };
    }
    case 'in': {
      const operand = simpleOperand(condition.operand);
      const values = simpleValues(condition.values);
      return operand === null || values === null ? condition : { op: 'in', operand, values };
    }
    case 'is_null': {
      const operand = simpleOperand(condition.operand);
      return operand === null ? condition : { op: 'is_null', operand };
    }
    default:
      return condition;
  }
}
