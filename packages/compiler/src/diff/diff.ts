import { parseType } from '@tessera/api';
import type { Artefact, CompiledColumn } from '../emit/artefact.js';
import { downstreamOf } from '../lineage/graph.js';
import { type ChangeClass, greatest, isWider } from './change-class.js';
import { migrationOf } from './migration.js';
import { isMajorRaised, nextVersion } from './version.js';

export interface ColumnChange {
  readonly column: string;
  readonly kind: 'added' | 'removed' | 'renamed' | 'type' | 'meaning';
  readonly class: ChangeClass;
  /** `renamed`: its name before; `type`: the type before and now. */
  readonly from?: string;
  readonly to?: string;
}

export interface Rebuild {
  /** Its published partitions, if there are any, are of another definition. */
  readonly dataset: boolean;
  /** Tile sets that did not exist. */
  readonly newSets: readonly string[];
  /** States, by tile set, that no tile has yet; sets that are new not among them. */
  readonly newStates: Readonly<Record<string, readonly string[]>>;
}

export interface ObjectChange {
  readonly id: string;
  readonly kind: Artefact['kind'];
  readonly name: string;
  readonly what: 'added' | 'removed' | 'changed';
  readonly class: ChangeClass;
  readonly online: boolean;
  /** Of joins and groupBys. */
  readonly version?: {
    readonly from: string;
    readonly proposed: string;
    /** What the definition says now. */
    readonly declared: string;
  };
  readonly columns: readonly ColumnChange[];
  /** Beside columns: `keys changed`, `description` … */
  readonly notes: readonly string[];
  readonly migration: readonly string[];
  readonly downstream: readonly string[];
  readonly rebuild: Rebuild;
}

export interface ProjectDiff {
  readonly class: ChangeClass;
  readonly changes: readonly ObjectChange[];
  /** Joins and groupBys whose partitions would all be built again. */
  readonly rebuilt: readonly string[];
  /** Online objects that change in a breaking way under an unchanged first number of their version. */
  readonly refused: readonly string[];
}

type Artefacts = ReadonlyMap<string, Artefact>;

/** What changes between two states of a project, object by object. Pure. */
export function diffProjects(before: Artefacts, after: Artefacts): ProjectDiff {
  const ids = [...new Set([...after.keys(), ...before.keys()])];
  const edges = [...before, ...after].flatMap(([id, { dependsOn }]) =>
    dependsOn.map((from) => [from, id] as const),
  );
  const tilesBefore = tilesIn(before);
  const changes = ids.flatMap((id): ObjectChange[] => {
    const [was, is] = [before.get(id), after.get(id)];
    const found = changeOf(was, is, tilesBefore);
    if (found === null) return [];
    const downstream = downstreamOf([id], edges);
    return [{ ...found, downstream }];
  });
  return {
    class: greatest(changes.map((change) => change.class)),
    changes,
    rebuilt: changes.filter(({ rebuild }) => rebuild.dataset).map(({ id }) => id),
    refused: changes
      .filter(
        (change) =>
          change.class === 'breaking' &&
          change.online &&
          !(change.version && isMajorRaised(change.version.from, change.version.declared)),
      )
      .map(({ id }) => id),
  };
}

/** States that some object has as tiles, by tile set. */
function tilesIn(artefacts: Artefacts): ReadonlyMap<string, ReadonlySet<string>> {
  const sets = new Map<string, Set<string>>();
  for (const { tiles = [] } of artefacts.values())
    for (const { set, states } of tiles) {
      const own = sets.get(set) ?? new Set();
      sets.set(set, own);
      for (const state of states) own.add(state);
    }
  return sets;
}

type Found = Omit<ObjectChange, 'downstream'>;

function changeOf(
  was: Artefact | undefined,
  is: Artefact | undefined,
  tilesBefore: ReadonlyMap<string, ReadonlySet<string>>,
): Found | null {
  const one = is ?? was;
  if (one === undefined) return null;
  const base = {
    id: `${one.kind} ${one.name}`,
    kind: one.kind,
    name: one.name,
    online: was?.online === true,
  };
  if (was === undefined || is === undefined) {
    const what = was === undefined ? ('added' as const) : ('removed' as const);
    return {
      ...base,
      what,
      class: what === 'added' ? 'additive' : 'breaking',
      columns: [],
      notes: [],
      migration:
        what === 'removed' && one.kind !== 'source'
          ? [
              `Who reads ${one.name} finds nothing: mark it \`deprecated\` first, and remove it once nobody does.`,
            ]
          : [],
      rebuild:
        what === 'added' && one.kind !== 'source' ? rebuildOf(is, tilesBefore, false) : NOTHING,
    };
  }
  const columns = columnChanges(was, is);
  const notes = notesOf(was, is);
  const meaning = was.hash !== is.hash;
  if (columns.length === 0 && notes.length === 0 && !meaning) return null;
  const classes = [
    ...columns.map((change) => change.class),
    ...notes.map(({ class: own }) => own),
    // What is left is the order of columns, or what rows are read.
    ...(meaning && columns.length === 0 && notes.every((note) => note.class === 'none')
      ? [was.kind === 'source' ? ('breaking' as const) : ('additive' as const)]
      : []),
  ];
  const own = greatest(classes);
  const from = was.version ?? '1.0.0';
  return {
    ...base,
    what: 'changed',
    class: own,
    ...(one.kind !== 'source' && {
      version: { from, proposed: nextVersion(from, own), declared: is.version ?? '1.0.0' },
    }),
    columns,
    notes: [
      ...notes.map(({ text }) => text),
      ...(meaning && columns.length === 0
        ? [was.kind === 'source' ? 'other rows are read' : 'order of columns']
        : []),
    ],
    migration: own === 'breaking' ? migrationOf(is, columns) : [],
    rebuild: one.kind === 'source' ? NOTHING : rebuildOf(is, tilesBefore, meaning),
  };
}

const NOTHING: Rebuild = { dataset: false, newSets: [], newStates: {} };

function rebuildOf(
  is: Artefact | undefined,
  tilesBefore: ReadonlyMap<string, ReadonlySet<string>>,
  dataset: boolean,
): Rebuild {
  const tiles = is?.tiles ?? [];
  const newStates = tiles.flatMap(({ set, states }) => {
    const had = tilesBefore.get(set);
    const lacking = had === undefined ? [] : states.filter((state) => !had.has(state));
    return lacking.length === 0 ? [] : [[set, lacking] as const];
  });
  return {
    dataset,
    newSets: tiles.filter(({ set }) => !tilesBefore.has(set)).map(({ set }) => set),
    newStates: Object.fromEntries(newStates),
  };
}

/** Columns by name; one that went and one that came with the same meaning is a rename. */
function columnChanges(was: Artefact, is: Artefact): readonly ColumnChange[] {
  const before = new Map(was.columns.map((column) => [column.name, column]));
  const after = new Map(is.columns.map((column) => [column.name, column]));
  const gone = was.columns.filter(({ name }) => !after.has(name));
  const come = is.columns.filter(({ name }) => !before.has(name));
  const renamed = new Map<string, CompiledColumn>();
  for (const column of come) {
    const same = gone.find(
      (other) =>
        other.hash !== undefined &&
        other.hash === column.hash &&
        ![...renamed.values()].includes(other),
    );
    if (same !== undefined) renamed.set(column.name, same);
  }
  const moved = new Set([...renamed.values()].map(({ name }) => name));
  return [
    ...[...renamed].map(
      ([column, { name }]): ColumnChange => ({
        column,
        kind: 'renamed',
        class: 'breaking',
        from: name,
      }),
    ),
    ...gone
      .filter(({ name }) => !moved.has(name))
      .map(({ name, role }): ColumnChange => {
        // A source may declare less: who needed it does not compile.
        const own = role === 'column' ? 'widening' : 'breaking';
        return { column: name, kind: 'removed', class: own };
      }),
    ...come
      .filter(({ name }) => !renamed.has(name))
      .map(({ name }): ColumnChange => ({ column: name, kind: 'added', class: 'additive' })),
    ...is.columns.flatMap((column): ColumnChange[] => {
      const earlier = before.get(column.name);
      return earlier === undefined ? [] : sameName(earlier, column);
    }),
  ];
}

function sameName(was: CompiledColumn, is: CompiledColumn): ColumnChange[] {
  const column = is.name;
  if (was.type !== is.type) {
    const isWidened = isWider(parseType(was.type), parseType(is.type));
    return [
      {
        ...{ column, kind: 'type', from: was.type, to: is.type },
        class: isWidened ? 'widening' : 'breaking',
      },
    ];
  }
  if (was.hash === is.hash) return [];
  return [{ column, kind: 'meaning', class: 'breaking' }];
}

interface Note {
  readonly text: string;
  readonly class: ChangeClass;
}

function notesOf(was: Artefact, is: Artefact): readonly Note[] {
  const notes: Note[] = [];
  const keys = (artefact: Artefact) =>
    artefact.keys.map(({ name, type }) => `${name} ${type}`).join();
  if (keys(was) !== keys(is)) notes.push({ text: 'keys', class: 'breaking' });
  if (was.online === true && is.online !== true)
    notes.push({ text: 'no longer online', class: 'breaking' });
  if (was.online !== true && is.online === true) notes.push({ text: 'online', class: 'additive' });
  for (const option of ['owner', 'description', 'version', 'deprecated', 'file'] as const)
    if (was[option] !== is[option]) notes.push({ text: option, class: 'none' });
  return notes;
}
