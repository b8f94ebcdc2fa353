import { allowedCells, type Cell, cellType } from './cells.js';
import { naiveJoin, type Observation, type SourceRow } from './naive.js';
import { takesWholeList } from './operations.js';
import { dayOf, dsOfDay } from './time.js';
import type { JoinSpec, OracleRow, Tables } from './types.js';

export { allowedCells } from './cells.js';

/** What makes a value hard to get right; each is seen per feature and left row, in the data and not in the draw. */
export const EDGES = [
  'tie',
  'null-input',
  'empty-window',
  'exact-head',
  'exact-tail',
  'before-tail',
  'duplicate',
  'late',
  'null-key',
  'null-time',
  'where',
  'by',
  'list',
  'lag',
  'inclusive',
  'snapshot',
  'entity',
  'pre-1970',
  'tie-breaker',
  'event-id',
] as const;
export type Edge = (typeof EDGES)[number];

/** Counters over the cases that were run. */
export interface Coverage {
  readonly cells: Map<string, number>;
  readonly edges: Map<string, number>;
  cases: number;
  values: number;
}

export function newCoverage(): Coverage {
  return { cells: new Map(), edges: new Map(), cases: 0, values: 0 };
}

/** Key of a cell in `Coverage.cells`. */
export function cellKey(operation: string, type: Cell['type'] | undefined, tail: string): string {
  return `${operation} ${cellType(type)} ${tail}`;
}

function bump(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** Run the oracle over a case and count what it met. */
export function observedJoin(coverage: Coverage, join: JoinSpec, tables: Tables): OracleRow[] {
  coverage.cases += 1;
  const seenCells = new Set<string>();
  const rows = naiveJoin(join, tables, (o) => {
    coverage.values += 1;
    const { aggregation, inputType, window, tail } = o.feature;
    const operation = aggregation?.operation ?? 'pass-through';
    for (const edge of edgesOf(o)) bump(coverage.edges, `${operation} ${edge}`);
    if (aggregation !== undefined && o.counted.length > 0) {
      seenCells.add(cellKey(operation, inputType, window === null ? 'unbounded' : tail));
    }
  });
  for (const key of seenCells) bump(coverage.cells, key);
  return rows;
}

/** A row's content and own day as text, made once: every feature of every left row asks again. */
const texts = new WeakMap<SourceRow, { readonly content: string; readonly day: string }>();

function textOf(source: SourceRow): { readonly content: string; readonly day: string } {
  let known = texts.get(source);
  if (known === undefined) {
    const content = Object.values(source.row).map(String).join('\n');
    known = { content, day: dsOfDay(dayOf(source.tMs)) };
    texts.set(source, known);
  }
  return known;
}

function edgesOf(o: Observation): Edge[] {
  const { feature, counted, keyed, inWindow } = o;
  const { aggregation, part, inputType } = feature;
  const { source, accuracy } = part.groupBy;
  const found = new Set<Edge>();
  const when = (condition: boolean | undefined, edge: Edge): void => {
    if (condition) found.add(edge);
  };
  when(o.nullKey, 'null-key');
  when(o.queryMs === null, 'null-time');
  if (o.nullKey || o.queryMs === null || aggregation === undefined) return [...found];
  const some = counted.length > 0;
  when(!some, 'empty-window');
  when(
    counted.some((c, i) => i > 0 && counted[i - 1]?.tMs === c.tMs),
    'tie',
  );
  when(
    some && inWindow.some(({ row }) => feature.input !== undefined && row[feature.input] === null),
    'null-input',
  );
  const timed = source.time !== undefined;
  when(timed && keyed.some((k) => k.tMs === o.headMs), 'exact-head');
  when(timed && inWindow.some((k) => k.tMs === o.startMs), 'exact-tail');
  when(timed && keyed.some((k) => k.tMs === o.startMs - 1), 'before-tail');
  when(some && new Set(inWindow.map((k) => textOf(k).content)).size < inWindow.length, 'duplicate');
  when(timed && source.kind === 'events' && inWindow.some((k) => k.ds !== textOf(k).day), 'late');
  when(some && aggregation.where !== undefined, 'where');
  when(some && aggregation.by !== undefined, 'by');
  when(some && inputType?.kind === 'list' && !takesWholeList(aggregation.operation), 'list');
  when(some && part.lagMs > 0, 'lag');
  when(
    some && part.at === 'inclusive' && inWindow.some((k) => k.tMs === o.headMs - 1),
    'inclusive',
  );
  when(some && source.kind === 'events' && accuracy === 'snapshot', 'snapshot');
  when(some && source.kind === 'entities', 'entity');
  when(
    inWindow.some((k) => timed && k.tMs < 0),
    'pre-1970',
  );
  when(some && source.tieBreaker !== undefined, 'tie-breaker');
  when(some && source.eventId !== undefined, 'event-id');
  return [...found];
}

const ALLOWED_KEYS: readonly string[] = [
  ...new Set(allowedCells().map((cell) => cellKey(cell.operation, cell.type, cell.tail))),
];

/** Allowed cells that no case has filled with at least one value that counted. */
export function emptyCells(coverage: Coverage): string[] {
  return ALLOWED_KEYS.filter((key) => !coverage.cells.has(key));
}

/** One line per operation: its cells' fewest cases, then how many values met each edge. */
export function coverageTable(coverage: Coverage): string {
  const operations = [...new Set(allowedCells().map((c) => c.operation)), 'pass-through'];
  const lines = [
    `${coverage.cases} cases, ${coverage.values} values`,
    [''.padEnd(20), 'cells', ' min', ...EDGES.map((e) => e.slice(0, 9).padStart(9))].join(' '),
  ];
  for (const operation of operations) {
    const keys = [
      ...new Set(
        allowedCells()
          .filter((c) => c.operation === operation)
          .map((c) => cellKey(c.operation, c.type, c.tail)),
      ),
    ];
    const fewest = Math.min(...keys.map((key) => coverage.cells.get(key) ?? 0));
    const edges = EDGES.map((e) =>
      String(coverage.edges.get(`${operation} ${e}`) ?? 0).padStart(9),
    );
    const head = [
      operation.padEnd(20),
      String(keys.length).padStart(5),
      (keys.length === 0 ? '-' : String(fewest)).padStart(4),
    ];
    lines.push([...head, ...edges].join(' '));
  }
  return lines.join('\n');
}
