import { checkExpression, evaluateRow } from '@tessera/expr';
import { describe, expect, test } from 'vitest';

const columns = [
  { name: 'n', type: { kind: 'int64' } },
  { name: 'x', type: { kind: 'double' } },
] as const;

describe('arithmetic', () => {
  test('an int64 that meets a double is one', () => {
    const { typed, problems } = checkExpression(
      {
        op: '+',
        left: { op: 'column', column: 'n' },
        right: { op: 'call', name: 'sqrt', args: [{ op: 'column', column: 'x' }] },
      },
      columns,
    );
    expect(problems).toEqual([]);
    expect(typed!.type).toEqual({ kind: 'double' });
    expect(evaluateRow(typed!, { n: 2n, x: 9 })).toBe(5);
    expect(evaluateRow(typed!, { n: 2n, x: null })).toBe(null);
  });

  test('constants are folded, overflow is null', () => {
    const most = { op: 'literal', literal: '9223372036854775807', type: 'int64' } as const;
    const one = { op: 'literal', literal: 1 } as const;
    expect(checkExpression({ op: '+', left: most, right: one }, []).typed).toEqual({
      op: 'literal',
      literal: null,
      type: { kind: 'int64' },
    });
  });
});
