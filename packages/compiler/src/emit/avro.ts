import type { DataType } from '@tessera/api';

/** An Avro schema, as JSON. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | AvroRecord
  | { readonly type: string; readonly [property: string]: unknown };

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: AvroSchema;
    readonly doc?: string;
    readonly default?: null;
  }[];
}

export interface AvroField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/**
 * A name as Avro allows it: letters, digits and `_`, no digit first. What it does not allow is written as `_x` and its code,
 * so that different names stay different.
 */
export function avroName(name: string): string {
  const plain = name.replace(/_x(?=[0-9a-f]+_)|[^A-Za-z0-9_]/gu, (char) =>
    [...char].map((one) => `_x${one.codePointAt(0)?.toString(16)}_`).join(''),
  );
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** A record of these fields, each null where it may be. */
export function avroRecord(name: string, fields: readonly AvroField[]): AvroRecord {
  const own = avroName(name);
  return {
    type: 'record',
    name: own,
    fields: fields.map((field) => {
      const type = avroType(field.type, `${own}_${avroName(field.name)}`);
      const named = avroName(field.name);
      return {
        name: named,
        type: field.nullable ? ['null', type] : type,
        ...(field.nullable && { default: null }),
        ...(named !== field.name && { doc: field.name }),
      };
    }),
  };
}

/** A type's schema. `name` is for what has to have one: entries of maps whose keys are no strings. */
function avroType(type: DataType, name: string): AvroSchema {
  switch (type.kind) {
    case 'boolean':
    case 'double':
    case 'float':
    case 'string':
      return type.kind;
    case 'int32':
      return 'int';
    case 'int64':
    case 'epoch_s':
    case 'epoch_ms':
    case 'epoch_us':
      return 'long';
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'timestamp':
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros' };
    case 'timestamp_ns':
      return { type: 'long', logicalType: 'timestamp-nanos' };
    case 'decimal':
      return {
        type: 'bytes',
        logicalType: 'decimal',
        precision: type.precision,
        scale: type.scale,
      };
    case 'list':
      return { type: 'array', items: ['null', avroType(type.element, `${name}_element`)] };
    case 'map': {
      const value: AvroSchema = ['null', avroType(type.value, `${name}_value`)];
      if (type.key.kind === 'string') return { type: 'map', values: value };
      const entry = {
        type: 'record',
        name: `${name}_entry`,
        fields: [
          { name: 'key', type: avroType(type.key, `${name}_key`) },
          { name: 'value', type: value },
        ],
      };
      return { type: 'array', items: entry };
    }
  }
}
