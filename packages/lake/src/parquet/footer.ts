import { typeContradiction } from './logical-type.js';
import { statsContradiction } from './stats.js';
import { readStruct, ThriftError, type ThriftStruct, type ThriftValue } from './thrift.js';

/** What of a Parquet footer says where values lie and how they are read. */
export interface Footer {
  readonly rows: number;
  readonly leaves: readonly Leaf[];
  readonly rowGroups: readonly RowGroup[];
  /** All that it says, as it stands there. */
  readonly fields: ThriftStruct;
}

/** A column of values: a scalar column, or the innermost part of a nested one. */
export interface Leaf {
  /** Names from the top-level column downwards. */
  readonly path: readonly string[];
  /** Physical type, 0-7. */
  readonly type: number;
  /** There may be more or fewer values than rows. */
  readonly repeated: boolean;
}

export interface RowGroup {
  readonly rows: number;
  /** One per leaf, in their order. */
  readonly chunks: readonly Chunk[];
}

/** The values of one leaf in one row group: a run of pages. Offsets and sizes in bytes. */
export interface Chunk {
  readonly codec: number;
  readonly values: number;
  readonly start: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
}

/** What is wrong with a file's metadata; the message completes "it could not be read: …". */
export class BadFooter extends Error {}

const bad = (reason: string): BadFooter => new BadFooter(reason);

/**
 * Read a footer (the bytes before length and magic) and hold it against itself and the size of its file.
 *
 * DuckDB believes what a footer says: a flipped bit in an offset, a type or a count can end the process, or give other
 * values. Of writers nothing is asked that the format does not ask.
 *
 * Throws  BadFooter
 */
export function readFooter(bytes: Buffer, dataBytes: number): Footer {
  const fields = wholeStruct(bytes);
  const { leaves, end, count } = schemaLeaves(structs(fields, 2, 'schema'));
  if (end !== count) throw bad('its schema has elements that belong to no column');
  const rows = natural(fields, 3, 'number of rows');
  const rowGroups = structs(fields, 4, 'row groups').map((group) =>
    readRowGroup(group, leaves, dataBytes),
  );
  const sum = rowGroups.reduce((total, group) => total + group.rows, 0);
  if (sum !== rows) throw bad(`it says ${rows} rows, and its row groups have ${sum}`);
  checkApart(rowGroups);
  return { rows, leaves, rowGroups, fields };
}

function wholeStruct(bytes: Buffer): ThriftStruct {
  try {
    const { value, end } = readStruct(bytes, 0);
    if (end !== bytes.length) throw bad('its footer ends before its length');
    return value;
  } catch (error) {
    if (error instanceof ThriftError) throw bad(`its footer is damaged (${error.message})`);
    throw error;
  }
}

/** The schema is a tree in the order of a walk: an element says how many follow that are its own. */
function schemaLeaves(elements: readonly ThriftStruct[]): {
  leaves: Leaf[];
  end: number;
  count: number;
} {
  const leaves: Leaf[] = [];
  let at = 1;
  const walk = (count: number, path: readonly string[], repeated: boolean): void => {
    for (let i = 0; i < count; i++) {
      const element = elements[at++];
      if (element === undefined) throw bad('its schema ends before its last column');
      const name = text(element, 4, 'name of a column');
      // Some writers leave it out where a column is required.
      const repetition = element.get(3) ?? 0;
      if (repetition !== 0 && repetition !== 1 && repetition !== 2) {
        throw bad(`column ${JSON.stringify(name)} is neither required, optional nor repeated`);
      }
      const many = repeated || repetition === 2;
      const children = element.get(5);
      const here = [...path, name];
      if (here.length > 64) throw bad('its schema is nested too deeply');
      if (children !== undefined && children !== 0) {
        walk(natural(element, 5, 'number of children'), here, many);
        continue;
      }
      const type = natural(element, 1, `type of column ${JSON.stringify(name)}`);
      if (type > 7) throw bad(`column ${JSON.stringify(name)} has no type that there is`);
      if (type === 7 && natural(element, 2, 'length of a value') === 0) {
        throw bad(`values of column ${JSON.stringify(name)} have no length`);
      }
      const contradiction = typeContradiction(element, type);
      if (contradiction !== null) throw bad(`column ${JSON.stringify(name)} ${contradiction}`);
      leaves.push({ path: here, type, repeated: many });
    }
  };
  const [root] = elements;
  if (root === undefined) throw bad('it has no schema');
  walk(natural(root, 5, 'number of columns'), [], false);
  return { leaves, end: at, count: elements.length };
}

function readRowGroup(group: ThriftStruct, leaves: readonly Leaf[], dataBytes: number): RowGroup {
  const rows = natural(group, 3, 'rows of a row group');
  const columns = structs(group, 1, 'columns of a row group');
  if (columns.length !== leaves.length) {
    throw bad(`a row group has ${columns.length} columns, its schema ${leaves.length}`);
  }
  const chunks = columns.map((column, idx) => {
    const leaf = leaves[idx]!;
    const where = `column ${JSON.stringify(leaf.path.join('.'))}`;
    if (column.get(1) !== undefined) throw bad(`${where} lies in another file`);
    const meta = column.get(3);
    if (!(meta instanceof Map)) throw bad(`${where} has no metadata`);
    return readChunk(meta, leaf, { where, rows, dataBytes });
  });
  return { rows, chunks };
}

function readChunk(
  meta: ThriftStruct,
  leaf: Leaf,
  { where, rows, dataBytes }: { where: string; rows: number; dataBytes: number },
): Chunk {
  if (natural(meta, 1, `type of ${where}`) !== leaf.type) throw bad(`${where} has two types`);
  const path = list(meta, 3, `path of ${where}`).map((piece) => String(piece));
  if (path.length !== leaf.path.length || path.some((piece, at) => piece !== leaf.path[at])) {
    throw bad(`${where} goes by another name in a row group`);
  }
  const codec = natural(meta, 4, `compression of ${where}`);
  if (codec > 7) throw bad(`${where} is compressed in no way that there is`);
  const values = natural(meta, 5, `number of values of ${where}`);
  if (leaf.repeated ? values < rows : values !== rows) {
    throw bad(`${where} has ${values} values in a row group of ${rows} rows`);
  }
  const uncompressedBytes = natural(meta, 6, `size of ${where}`);
  const compressedBytes = natural(meta, 7, `size of ${where}`);
  const dataStart = natural(meta, 9, `place of ${where}`);
  const dictionary = meta.get(11) === undefined ? 0 : natural(meta, 11, `dictionary of ${where}`);
  // Some writers say 0 for none.
  const start = dictionary > 0 ? Math.min(dictionary, dataStart) : dataStart;
  if (values > 0 && (start < 4 || start + compressedBytes > dataBytes || dataStart >= dataBytes)) {
    throw bad(`${where} lies outside of the file`);
  }
  const stats = meta.get(12);
  const contradiction = stats instanceof Map ? statsContradiction(stats, leaf.type, values) : null;
  if (contradiction !== null) throw bad(`${where} ${contradiction}`);
  return { codec, values, start, compressedBytes, uncompressedBytes };
}

/** No two runs of pages share a byte. */
function checkApart(rowGroups: readonly RowGroup[]): void {
  const runs = rowGroups
    .flatMap(({ chunks }) => chunks)
    .filter(({ values }) => values > 0)
    .sort((a, b) => a.start - b.start);
  for (let i = 1; i < runs.length; i++) {
    const before = runs[i - 1]!;
    if (before.start + before.compressedBytes > runs[i]!.start) {
      throw bad('two of its columns lie in one place');
    }
  }
}

function natural(struct: ThriftStruct, id: number, what: string): number {
  const value = struct.get(id);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw bad(`the ${what} is missing or no number`);
  }
  return value;
}

function text(struct: ThriftStruct, id: number, what: string): string {
  const value = struct.get(id);
  if (!Buffer.isBuffer(value)) throw bad(`the ${what} is missing`);
  return value.toString('utf8');
}

function list(struct: ThriftStruct, id: number, what: string): readonly ThriftValue[] {
  const value = struct.get(id);
  if (!Array.isArray(value)) throw bad(`the list of ${what} is missing`);
  return value;
}

function structs(struct: ThriftStruct, id: number, what: string): ThriftStruct[] {
  return list(struct, id, what).map((item) => {
    if (!(item instanceof Map)) throw bad(`the list of ${what} holds something else`);
    return item;
  });
}
