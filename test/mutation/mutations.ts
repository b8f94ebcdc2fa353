/** One seeded fault: a piece of code and what takes its place. */
export interface Mutation {
  readonly what: string;
  /** A compiled module, or a kernel's source in a package's `assembly`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    what: 'S2.1 head `<` → `<=`',
    file: 'pitjoin/assembly/windows.ts',
    find: '< t) e++',
    replace: '<= t) e++',
  },
  {
    what: 'S2.2 tail `<` → `<=`',
    file: 'pitjoin/dist/order/ranges.js',
    find: 'from[i] = windowStartMs(left.timeMs[i], windowMs, tail)',
    replace: 'from[i] = windowStartMs(left.timeMs[i], windowMs, tail) + 1',
  },
  {
    what: 'S5.2 what the second grid takes of a value is forgotten',
    file: 'pitjoin/assembly/prefixes.ts',
    find: 'sumSecond += low',
    replace: 'sumSecond += 0',
  },
  {
    what: 'S2.2 an extreme outlives its window',
    file: 'pitjoin/assembly/extremes.ts',
    find: '< start) at++',
    replace: '< start - 1) at++',
  },
  {
    what: 'S2.1 rows of a key stay out of time order',
    file: 'columnar/assembly/sort.ts',
    find: 'if (load<f64>(at) < load<f64>(at - 8)) return k;',
    replace: 'if (load<f64>(at) < load<f64>(at - 8) - 1e12) return k;',
  },
  {
    what: 'S4.3 a row takes the place of the one before it',
    file: 'columnar/assembly/scatter.ts',
    find: 'store<u32>(ends + at, place + 1)',
    replace: 'store<u32>(ends + at, place + (i & 1))',
  },
  {
    what: 'S2.2 hop: 12 h belongs to the finer grid',
    file: 'api/dist/window.js',
    find: 'windowMs >= 12 * HOUR_MS',
    replace: 'windowMs > 12 * HOUR_MS',
  },
  {
    what: 'S2.2 hop one minute off',
    file: 'api/dist/window.js',
    find: '5 * MINUTE_MS',
    replace: '6 * MINUTE_MS',
  },
  {
    what: 'S2.2 floor becomes ceiling before 1970',
    file: 'api/dist/window.js',
    find: 'past < 0 ? start - past - hop : start - past',
    replace: 'start - past',
  },
  {
    what: 'S2.1 inclusive forgotten',
    file: 'planner/dist/prune.js',
    find: 'query.inclusive ? at + 1 : at',
    replace: 'at',
  },
  {
    what: 'S2.6 snapshot before lag',
    file: 'planner/dist/prune.js',
    find: 'query.snapshot ? dayOf(lagged) * DAY_MS : lagged',
    replace: 'query.snapshot ? dayOf(queryMs) * DAY_MS - query.lagMs : lagged',
  },
  {
    what: 'S3.2 entities of every day',
    file: 'engine/dist/tasks/task-sql.js',
    find: "on.push('e.day = k.day')",
    replace: "on.push('e.day >= k.day')",
  },
  {
    what: 'S4.2 null keys meet each other',
    file: 'engine/dist/tasks/left.js',
    find: "code: { kind: 'code', values: code[keySet] }",
    replace: "code: { kind: 'code', values: code[keySet].map((c) => (c < 0 ? 0 : c)) }",
  },
  {
    what: 'S5.1 the sample variance divides by n',
    file: 'algebra/dist/exact/moments.js',
    find: "divisor === 'population' ? n : n - 1",
    replace: 'n',
  },
  {
    what: 'S5.4 ties in time not ordered by value',
    file: 'pitjoin/dist/order/lane.js',
    find: 'out.subarray(start, end).sort(compare);',
    replace: '',
  },
  {
    what: 'S5.6 where: null counts as true',
    file: 'engine/dist/tasks/task-sql.js',
    find: '), FALSE)',
    replace: '), TRUE)',
  },
  {
    what: 'S1.5 the greatest of repeated events stays',
    file: 'lake/dist/dedupe-sql.js',
    find: 'ASC NULLS FIRST',
    replace: 'DESC NULLS LAST',
  },
  {
    what: 'S5 counts of nothing always 0',
    file: 'planner/dist/features.js',
    find: 'empty: groupBy.empty',
    replace: "empty: 'zero'",
  },
];
