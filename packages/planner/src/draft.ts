import {
  addInputColumns,
  type ColumnSpec,
  definitionHash,
  isInputColumn,
  type PartSpec,
  partColumns,
  type SourceSpec,
} from '@tessera/api';
import type { LakeFacts } from './facts.js';
import type { ScanDraft } from './features.js';
import type { KeySetPlan, QueryPlan } from './plan.js';

/**
 * What parts are called: prefix and groupBy; where two are called alike, the source and the place in the join too. A label
 * is called as its column.
 */
export function partNames(parts: readonly PartSpec[]): string[] {
  const short = parts.map((part, partIdx) => {
    const { prefix, groupBy } = part;
    const label = part.ahead === undefined ? undefined : partColumns(part, partIdx)[0];
    if (label !== undefined) return label.name;
    return prefix === undefined ? groupBy.name : `${prefix}_${groupBy.name}`;
  });
  const repeats = (names: readonly string[], name: string) =>
    names.filter((other) => other === name).length > 1;
  const sourced = short.map((name, idx) =>
    repeats(short, name) ? `${name} of ${parts[idx]?.groupBy.source.name}` : name,
  );
  return sourced.map((name, idx) => (repeats(sourced, name) ? `${name} (part ${idx + 1})` : name));
}

export function isSnapshotKey(source: SourceSpec): boolean {
  return source.kind === 'entities' && source.static !== true;
}

function typeOf(source: SourceSpec, column: string) {
  const found = source.columns.find((c) => c.name === column);
  if (!found) throw new Error(`column ${column} is not in ${source.name}`);
  return found.type;
}

export interface PartDraft {
  readonly part: PartSpec;
  readonly name: string;
  readonly scan: ScanDraft & { readonly parts: number[]; readonly queries: Map<string, QueryPlan> };
  readonly query: Omit<QueryPlan, 'name'>;
  readonly sourceId: string;
}

export interface Draft {
  readonly keySets: Map<string, KeySetPlan>;
  readonly scans: Map<
    string,
    PartDraft['scan'] & {
      keySet: string;
      source: SourceSpec;
      sourceId: string;
      keys: string[];
      part: PartSpec;
    }
  >;
  readonly parts: PartDraft[];
}

/** Parts → key sets and scans; parts that read the same source under the same keys share one scan. */
export function draftParts(
  parts: readonly PartSpec[],
  keyColumn: (key: { left: string; right: string }) => string,
  keySource: SourceSpec | null,
  facts: LakeFacts,
): Draft {
  const draft: Draft = { keySets: new Map(), scans: new Map(), parts: [] };
  const names = partNames(parts);
  const ids = new Map(parts.map(({ groupBy }) => [groupBy.source, '']));
  for (const source of ids.keys()) ids.set(source, definitionHash(source));
  const inputs = inputsOf(ids);
  for (const [partIdx, part] of parts.entries()) {
    const { source } = part.groupBy;
    const byPartition = isSnapshotKey(source);
    const columns = part.keys.map(keyColumn);
    const types = part.keys.map((key) =>
      keySource ? typeOf(keySource, key.left) : typeOf(source, key.right),
    );
    const snapshotLagMs = byPartition ? part.lagMs : null;
    const keySetKey = JSON.stringify([columns, snapshotLagMs]);
    let keySet = draft.keySets.get(keySetKey);
    if (!keySet) {
      keySet = { id: `k${draft.keySets.size}`, columns, types, snapshotLagMs };
      draft.keySets.set(keySetKey, keySet);
    }
    const sourceId = ids.get(source)!;
    const keys = part.keys.map((key) => key.right);
    const passThrough = part.groupBy.aggregations.length === 0;
    const timeless = source.kind === 'entities' && (passThrough || source.time === undefined);
    const scanKey = JSON.stringify([sourceId, keySet.id, keys, timeless, passThrough]);
    let scan = draft.scans.get(scanKey);
    if (!scan) {
      scan = {
        id: `s${draft.scans.size}`,
        lanes: new Map(),
        dictionaries: new Map(),
        valued: new Set(),
        tie: null,
        parts: [],
        queries: new Map(),
        keySet: keySet.id,
        source: addInputColumns(source, inputs.get(sourceId)!),
        sourceId,
        keys,
        part,
      };
      draft.scans.set(scanKey, scan);
    }
    scan.parts.push(partIdx);
    const query = {
      lagMs: part.lagMs,
      snapshot: source.kind === 'entities' || part.groupBy.accuracy === 'snapshot',
      inclusive: part.at === 'inclusive',
      ...(part.ahead && { untilMs: part.ahead.asOfMs ?? endOf(facts, sourceId) }),
    };
    draft.parts.push({ part, name: names[partIdx]!, scan, query, sourceId });
  }
  return draft;
}

/** By id of a source: what aggregations of any part compute of its rows, so that a scan, and tiles, serve all of them. */
function inputsOf(ids: ReadonlyMap<SourceSpec, string>): ReadonlyMap<string, ColumnSpec[]> {
  const inputs = new Map<string, ColumnSpec[]>();
  for (const [{ columns }, id] of ids)
    inputs.set(id, [...(inputs.get(id) ?? []), ...columns.filter(isInputColumn)]);
  return inputs;
}

/** A source without data answers no label. */
function endOf({ sources }: LakeFacts, sourceId: string): number {
  return sources[sourceId]?.endMs ?? Number.MIN_SAFE_INTEGER;
}

export function queryName(scan: PartDraft['scan'], query: Omit<QueryPlan, 'name'>): string {
  const text = JSON.stringify(query);
  const known = scan.queries.get(text);
  if (known) return known.name;
  const name = `q${scan.queries.size}`;
  scan.queries.set(text, { name, ...query });
  return name;
}
