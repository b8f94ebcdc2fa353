import { DOUBLE, type ExprType, NULL_TYPE } from '../types.js';
import { sameExprType } from '../values.js';

/** The type of values that stand for one another: of CASE's branches, of COALESCE. Undefined when there is none. */
export function commonType(types: readonly ExprType[]): ExprType | undefined {
  let common = NULL_TYPE;
  for (const type of types) {
    if (type.kind === 'null' || sameExprType(type, common)) continue;
    if (common.kind === 'null') common = type;
    else if (isNumber(type) && isNumber(common)) common = DOUBLE;
    else return undefined;
  }
  return common;
}

export function isNumber(type: ExprType): boolean {
  return type.kind === 'int64' || type.kind === 'double';
}
