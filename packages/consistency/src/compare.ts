import {
  expressionColumns,
  isTesseraError,
  type JoinSpec,
  outputColumns,
  type PartSpec,
  sanitizeName,
} from '@tessera/api';
import type { Fetched, Fetcher, PartStatus } from '@tessera/fetcher';
import { isServed } from '@tessera/kv-writer';
import { sameCell } from './same-cell.js';
import type { TrainedRow } from './trained-rows.js';

/** A cell that differs, by the number of its row. */
export interface Candidate {
  readonly row: number;
  readonly column: string;
  /** Names of the parts that decide it. */
  readonly parts: readonly string[];
  readonly keys: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
  readonly atMs: number;
  readonly served: unknown;
  readonly trained: unknown;
  /** The part was not answered. */
  readonly error: string | null;
}

export interface Compared {
  readonly rows: number;
  readonly cells: number;
  readonly filled: number;
  readonly equal: number;
  readonly stale: number;
  readonly unserved: readonly string[];
  readonly candidates: readonly Candidate[];
}

/** A left row as a request would ask for it. */
export interface AskedRow {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** What a request of the join brings of a left row. */
export function askedBy(join: JoinSpec, { values, atMs }: TrainedRow): AskedRow | null {
  if (atMs === null) return null;
  const keys = new Set(join.parts.flatMap((part) => part.keys.map(({ left }) => left)));
  const pick = (names: Iterable<string>) =>
    Object.fromEntries([...names].map((name) => [name, values.get(name) ?? null]));
  return { keys: pick(keys), request: pick((join.request ?? []).map(({ name }) => name)), atMs };
}

/** Fetch what each row of a training set would have been served, and compare cell by cell. */
export async function compareRows(
  join: JoinSpec,
  fetcher: Fetcher,
  batches: AsyncIterable<readonly TrainedRow[]>,
): Promise<Compared> {
  const found = { rows: 0, cells: 0, filled: 0, equal: 0, stale: 0 };
  const unserved = new Set<string>();
  const candidates: Candidate[] = [];
  const columns = comparable(join);
  for await (const batch of batches) {
    const asked = batch.flatMap((row) => {
      const one = askedBy(join, row);
      return one === null ? [] : [{ row, one }];
    });
    const answers = await fetchRows(
      join,
      fetcher,
      asked.map(({ one }) => one),
    );
    answers.forEach((answer, idx) => {
      const { row, one } = asked[idx]!;
      for (const name of answer.unserved) unserved.add(name);
      const status = statusOf(answer);
      for (const { name, parts } of columns) {
        if (answer.unserved.includes(name)) continue;
        const states = parts.map(status);
        const failed = states.find((state) => state?.status === 'error');
        if (states.some((state) => state?.status === 'stale')) {
          found.stale++;
          continue;
        }
        const served = (answer.row as Readonly<Record<string, unknown>>)[name] ?? null;
        const trained = row.values.get(name) ?? null;
        found.cells++;
        if (trained !== null) found.filled++;
        if (failed === undefined && sameCell(served, trained)) found.equal++;
        else
          candidates.push({
            ...{ ...one, row: found.rows + idx, column: name, parts, served, trained },
            error: failed === undefined ? null : errorText(failed),
          });
      }
    });
    found.rows += asked.length;
  }
  return { ...found, unserved: [...unserved].sort(), candidates };
}

/** Requests as the fetcher takes them: those of a join that asks for nothing bring nothing. */
export function fetchRows(
  join: JoinSpec,
  fetcher: Fetcher,
  asked: readonly AskedRow[],
): Promise<readonly Fetched<unknown>[]> {
  const inputs = asked.map(({ keys, request, atMs }) => ({
    ...{ keys, at: atMs },
    ...(join.request !== undefined && { request }),
  }));
  // The types of keys and rows are those of the definition, which is only known now.
  return (fetcher as LooseFetcher).fetchMany(join, inputs);
}

interface LooseFetcher {
  readonly fetchMany: (
    join: JoinSpec,
    inputs: readonly object[],
  ) => Promise<readonly Fetched<unknown>[]>;
}

/** As the fetcher calls it. */
export function partName({ prefix, groupBy: { name } }: PartSpec): string {
  return prefix === undefined ? name : sanitizeName(`${prefix}_${name}`);
}

function statusOf(answer: Fetched<unknown>): (part: string) => PartStatus | undefined {
  const byPart = new Map(answer.parts.map((one) => [one.part, one]));
  return (part) => byPart.get(part);
}

function errorText({ error }: PartStatus): string {
  return isTesseraError(error) ? `${error.code}: ${error.summary}` : 'it failed';
}

/** Features and derived columns of served parts, each with the parts that decide it. */
function comparable(
  join: JoinSpec,
): readonly { readonly name: string; readonly parts: readonly string[] }[] {
  const { labels: _, ...unlabelled } = join;
  const parts = join.parts.map((part) => ({
    name: partName(part),
    isServed: isServed(part),
  }));
  const known = new Map<string, readonly string[]>();
  const all = outputColumns({ ...unlabelled, only: undefined } as JoinSpec);
  for (const { name, partIdx } of all) if (partIdx >= 0) known.set(name, [parts[partIdx]!.name]);
  const of = (name: string): readonly string[] => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const own = all.find((column) => column.name === name)?.expression;
    if (own === undefined) return [];
    const read = [...new Set((expressionColumns(own) ?? []).flatMap(of))];
    known.set(name, read);
    return read;
  };
  return outputColumns(unlabelled).map(({ name }) => ({ name, parts: of(name) }));
}
