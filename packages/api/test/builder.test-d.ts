import {
  type Built,
  call,
  col,
  count,
  type Expression,
  events,
  lit,
  sql,
  when,
} from '@tessera/api';
import { expectTypeOf, test } from 'vitest';

test('what is built is an expression', () => {
  expectTypeOf(col('a').div(2)).toExtend<Expression>();
  expectTypeOf(when(col('a'), 1).otherwise(null)).toEqualTypeOf<Built>();
  expectTypeOf(sql('x')).toExtend<Expression>();
  events({
    name: 's',
    path: 's',
    columns: { a: 'double', t: 'timestamp' },
    time: 't',
    where: col('a')
      .gt(1)
      .and(call('is_weekend', col('t'))),
  });
  count({ where: lit(1, 'double').lt(col('a')) });
});

test('what is none is refused', () => {
  // @ts-expect-error a CASE without its end
  count({ where: when(col('a'), 1) });
  // @ts-expect-error a date is written as text
  col('a').plus(new Date());
  // @ts-expect-error a pattern is text
  col('a').like(col('b'));
  // @ts-expect-error nothing is not null
  col('a').eq(undefined);
  // @ts-expect-error a type of a literal is one of three
  lit(1, 'int64');
  // @ts-expect-error what is built cannot be changed
  col('a').op = 'literal';
});
