import type { ColumnLineage } from '../lineage/column-lineage.js';
import type { AvroRecord } from './avro.js';
import type { PlanTemplate } from './plan-template.js';

/** Raised when artefacts are written otherwise than before. */
export const COMPILED_FORMAT = 3;

export type ObjectKind = 'source' | 'groupBy' | 'join';

export interface NamedColumn {
  readonly name: string;
  readonly type: string;
}

export interface InputColumn extends NamedColumn {
  readonly nullable: boolean;
}

export interface CompiledColumn extends NamedColumn {
  readonly role: 'left' | 'key' | 'feature' | 'derived' | 'label' | 'column';
  /** What its values mean; of left columns, keys and columns of sources none. */
  readonly hash?: string;
}

/** What is said of an object and means nothing for its values. */
export interface About {
  readonly owner?: string;
  readonly description?: string;
  readonly version?: string;
  readonly deprecated?: string;
}

/** A tile set that runs can read, and the states that they read there, by hash. */
export interface TileNeed {
  readonly set: string;
  readonly source: string;
  readonly keys: readonly string[];
  readonly states: readonly string[];
}

/** One object as `compiled/` has it: plain JSON, equal definitions give equal text. */
export interface Artefact extends About {
  readonly format: number;
  readonly kind: ObjectKind;
  readonly name: string;
  /** Where it is exported; absent where it is not. */
  readonly file?: string;
  readonly online?: boolean;
  /** Content hash: names, types, order and meaning of what comes out. */
  readonly hash: string;
  /** Ids of the objects that it reads. */
  readonly dependsOn: readonly string[];
  readonly keys: readonly NamedColumn[];
  /** Columns that are read, by source. */
  readonly inputs: readonly { readonly source: string; readonly columns: readonly InputColumn[] }[];
  readonly columns: readonly CompiledColumn[];
  readonly lineage: readonly ColumnLineage[];
  readonly avro?: { readonly key: AvroRecord; readonly value: AvroRecord };
  /** Of events: what of it is stored as tiles. */
  readonly tiles?: readonly TileNeed[];
  readonly definition: unknown;
  readonly plan?: PlanTemplate;
}
