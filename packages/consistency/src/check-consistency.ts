import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { DAY_MS, definitionHash, type JoinSpec, parseDay, TesseraError } from '@tessera/api';
import { explainValue, lookAtSources, requestsLeft, sampleLeft, upload } from '@tessera/engine';
import { createFetcher, type Fetcher } from '@tessera/fetcher';
import {
  memoryStore,
  openStore,
  SERVED_MS,
  type ServedUnit,
  type Store,
  unitName,
} from '@tessera/kv-writer';
import { type Candidate, type Compared, compareRows, fetchRows, partName } from './compare.js';
import { cutJoin } from './cut-join.js';
import type { ConsistencyOptions, ConsistencyStep } from './options.js';
import type { ConsistencyReport, Difference, Example } from './report.js';
import { readRequestLog } from './request-log.js';
import { sameCell } from './same-cell.js';
import { trainedRows } from './trained-rows.js';

const ROWS = 10_000;
const EXAMPLES = 5;
const EXPLAINED = 3;

/**
 * Compare what is served with what is trained on: left rows of the two days that an upload answers, drawn at random, through
 * the store and through the offline join at the same instants, cell by cell, to the last bit.
 *
 * Where they differ the training set is made once more of the events of the upload alone: what agrees then differs because of
 * events after it. What does not is compared with an upload of the data as it is now: data that came late.
 *
 * Throws   NOTHING_COMPARED where no row lies in those days; what an upload or a training set throws
 */
export async function checkConsistency(options: ConsistencyOptions): Promise<ConsistencyReport> {
  const startedMs = performance.now();
  const folder = mkdtempSync(joinPath(options.tmp ?? tmpdir(), 'tessera-consistency-'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const checking: Checking = {
      ...options,
      folder,
      step: (step) => options.onStep?.(step),
      closing,
    };
    const served = await servedFrom(checking);
    const report = await compare(checking, served);
    return { ...report, elapsedMs: performance.now() - startedMs };
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Checking extends ConsistencyOptions {
  readonly folder: string;
  readonly step: (step: ConsistencyStep) => void;
  /** What is to be closed at the end, last first. */
  readonly closing: (() => Promise<void>)[];
}

interface Served {
  readonly store: Store;
  readonly unit: ServedUnit;
  readonly version: string;
  readonly isTrial: boolean;
}

async function servedFrom(checking: Checking): Promise<Served> {
  const { join, store } = checking;
  const name = unitName(join);
  const version = store === null ? null : await store.current(name);
  if (store !== null && version !== null) {
    const reader = await store.reader(name, version);
    // What `upload` wrote.
    const unit = reader.meta.served as ServedUnit;
    await reader.close();
    return { store, unit, version, isTrial: false };
  }
  checking.step('upload');
  const own = await openStore(joinPath(checking.folder, 'online'));
  checking.closing.push(() => own.close());
  const asOfMs = checking.asOfMs ?? (await lastDayMs(checking));
  // What is there is read, nothing is built: an upload for a comparison leaves nothing behind.
  const uploaded = await upload(join, {
    ...uploading(checking, 'trial'),
    ...{ store: own, asOfMs, out: checking.out, tiles: 'auto' },
  });
  return { store: own, unit: uploaded.served, version: uploaded.version, isTrial: true };
}

function uploading({ lake, folder, workers, memory, signal }: Checking, name: string) {
  const out = joinPath(folder, name);
  mkdirSync(out, { recursive: true });
  return {
    ...{ lake, out },
    ...(workers !== undefined && { workers }),
    ...(memory !== undefined && { memory }),
    ...(signal && { signal }),
  };
}

/** The midnight that began the left's last day. */
async function lastDayMs({ join, lake, signal }: Checking): Promise<number> {
  const { sources, problems } = await lookAtSources([join], { lake, ...(signal && { signal }) });
  const look = sources.get(definitionHash(join.left));
  if (look === undefined && problems[0] !== undefined) throw problems[0];
  const day = parseDay(look?.days.at(-1) ?? '');
  if (day === null)
    throw new TesseraError('NOTHING_COMPARED', { name: join.name, why: 'its left has no day' });
  return day * DAY_MS;
}

async function compare(
  checking: Checking,
  served: Served,
): Promise<Omit<ConsistencyReport, 'elapsedMs'>> {
  const { join, lake, folder, signal, log, rows = ROWS, seed = 1 } = checking;
  const { asOfMs } = served.unit;
  checking.step('sample');
  const to = joinPath(folder, 'sample');
  const sample =
    log === undefined
      ? await sampleLeft(join, {
          ...{ lake, rows, seed, to },
          ...{ firstMs: asOfMs, lastMs: asOfMs + SERVED_MS },
          ...(signal && { signal }),
        })
      : await requestsLeft(join, await readRequestLog(log, join, { most: rows, seed }), to);
  if (sample.rows === 0)
    throw new TesseraError('NOTHING_COMPARED', {
      name: join.name,
      why:
        log !== undefined
          ? 'the log has no request'
          : `its left has no row from ${dayText(asOfMs)} to ${dayText(asOfMs + SERVED_MS)}, the days that the upload answers`,
    });
  const asked: JoinSpec = { ...join, left: sample.source, parts: join.parts.map(lenient) };
  const fetcher = createFetcher({ store: served.store, definitions: [] });
  checking.closing.push(() => fetcher.close());
  checking.step('train');
  const trained = (of: JoinSpec, name: string) => trainedRows(of, uploading(checking, name));
  const found = await compareRows(join, fetcher, trained(asked, 'trained'));
  if (found.cells === 0)
    throw new TesseraError('NOTHING_COMPARED', {
      name: join.name,
      why: `of ${found.rows} rows no part answers the instant`,
    });
  const judged = await judge(checking, served, asked, found, trained);
  const examples = await explained(checking, fetcher, judged);
  const differences = { after_upload: 0, arrived_since: 0, mismatch: 0, error: 0 };
  for (const { difference } of judged) differences[difference]++;
  const { candidates: _, ...counts } = found;
  return {
    ...counts,
    unit: unitName(join),
    version: served.version,
    asOfMs,
    isTrial: served.isTrial,
    differences,
    examples,
  };
}

/** Entities of a day that has no dump yet are not served; a training set need not fail for them. */
const lenient = (part: JoinSpec['parts'][number]) =>
  part.groupBy.source.kind === 'entities' ? { ...part, missing: 'null' as const } : part;

const dayText = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

interface Judged {
  readonly candidate: Candidate;
  readonly difference: Difference;
  readonly trainedAsOf?: unknown;
}

/** Why each of them differs. */
async function judge(
  checking: Checking,
  served: Served,
  asked: JoinSpec,
  { candidates }: Compared,
  trained: (of: JoinSpec, name: string) => ReturnType<typeof trainedRows>,
): Promise<readonly Judged[]> {
  if (candidates.length === 0) return [];
  checking.step('compare');
  const cut = await cellsOf(candidates, trained(cutJoin(asked, served.unit.asOfMs), 'cut'));
  const judged = candidates.map((candidate, idx): Judged => {
    if (candidate.error !== null) return { candidate, difference: 'error' };
    const trainedAsOf = cut[idx];
    const isLater = sameCell(candidate.served, trainedAsOf);
    return { candidate, trainedAsOf, difference: isLater ? 'after_upload' : 'mismatch' };
  });
  const open = judged.filter(({ difference }) => difference === 'mismatch');
  // An upload of what there is, as of the same instant: where it is right, the data changed since.
  if (open.length === 0 || served.isTrial) return judged;
  const store = memoryStore();
  const fetcher = createFetcher({ store, definitions: [] });
  checking.closing.push(() => fetcher.close());
  // A dump that is gone by now is a change, and no reason to give up.
  const join: JoinSpec = { ...checking.join, parts: checking.join.parts.map(lenient) };
  const { served: now } = await upload(join, {
    ...uploading(checking, 'fresh'),
    ...{ store, asOfMs: served.unit.asOfMs, out: checking.out, tiles: 'auto' },
  });
  const changed = changedParts(join, served.unit, now);
  if (changed.size === 0) return judged;
  const fresh = await fetchRows(
    join,
    fetcher,
    open.map(({ candidate }) => candidate),
  );
  const late = new Set(
    open.filter(({ candidate, trainedAsOf }, idx) => {
      if (!candidate.parts.some((part) => changed.has(part))) return false;
      const row = fresh[idx]!.row as Readonly<Record<string, unknown>>;
      return sameCell(row[candidate.column] ?? null, trainedAsOf);
    }),
  );
  return judged.map((one) => (late.has(one) ? { ...one, difference: 'arrived_since' } : one));
}

/** Names of parts that are made from other files by now: what differs in others did not come late. */
function changedParts(join: JoinSpec, before: ServedUnit, now: ServedUnit): ReadonlySet<string> {
  const files = (unit: ServedUnit) =>
    new Map(unit.parts.map(({ part }, idx) => [part, unit.files[idx]]));
  const [old, own] = [files(before), files(now)];
  return new Set(
    join.parts.flatMap((part, idx) => (old.get(idx) === own.get(idx) ? [] : partName(part))),
  );
}

/** Values of the candidates' cells in another training set of the same rows. */
async function cellsOf(
  candidates: readonly Candidate[],
  batches: ReturnType<typeof trainedRows>,
): Promise<unknown[]> {
  const byRow = new Map<number, number[]>();
  candidates.forEach(({ row }, idx) => {
    byRow.set(row, [...(byRow.get(row) ?? []), idx]);
  });
  const cells = new Array<unknown>(candidates.length).fill(null);
  let row = 0;
  for await (const batch of batches)
    for (const { values, atMs } of batch) {
      if (atMs === null) continue;
      for (const idx of byRow.get(row) ?? [])
        cells[idx] = values.get(candidates[idx]!.column) ?? null;
      row++;
    }
  return cells;
}

/** The first few of each difference; of mismatches also what both sides are made of. */
async function explained(
  checking: Checking,
  fetcher: Fetcher,
  judged: readonly Judged[],
): Promise<readonly Example[]> {
  const shown = (['mismatch', 'error', 'arrived_since', 'after_upload'] as const).flatMap((kind) =>
    judged.filter(({ difference }) => difference === kind).slice(0, EXAMPLES),
  );
  let left = EXPLAINED;
  const examples: Example[] = [];
  for (const { candidate, difference, trainedAsOf } of shown) {
    const { column, keys, atMs, served, trained, error } = candidate;
    const isExplained = difference === 'mismatch' && left-- > 0;
    examples.push({
      ...{ difference, column, keys, atMs, served, trained },
      ...(trainedAsOf !== undefined && { trainedAsOf }),
      ...(error !== null && { error }),
      ...(isExplained && { explained: await bothSides(checking, fetcher, candidate) }),
    });
  }
  return examples;
}

async function bothSides(
  { join, lake, folder, step, signal }: Checking,
  fetcher: Fetcher,
  { column, keys, request, atMs }: Candidate,
): Promise<NonNullable<Example['explained']>> {
  step('explain');
  const answer = await (fetcher as ExplainingFetcher).fetch(join, keys, {
    ...{ at: atMs, explain: true },
    ...(join.request !== undefined && { request }),
  });
  const texts = Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
  // A derived column is explained by those that it reads.
  const trained = await explainValue(join, {
    ...{ column, keys: texts, at: atMs, lake, out: joinPath(folder, 'explained') },
    ...(signal && { signal }),
  }).catch(() => null);
  return {
    served: answer.explain?.find((one) => one.column === column) ?? null,
    trained,
  };
}

interface ExplainingFetcher {
  readonly fetch: (
    join: JoinSpec,
    keys: Readonly<Record<string, unknown>>,
    options: object,
  ) => ReturnType<Fetcher['fetch']>;
}
