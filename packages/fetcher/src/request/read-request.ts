import { type RowValue as StoredValue, TesseraError } from '@tessera/api';
import type { Instant } from '../options.js';
import type { DefinitionPlan } from '../plan/definition-plan.js';
import { readInstant } from './instant.js';
import { isNoValue, readValue } from './read-value.js';

/** One row that is asked for, as given. */
export interface Asked {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>> | undefined;
  readonly at: Instant | undefined;
}

export interface RequestRead {
  readonly atMs: number;
  /** By position in the definition's inputs, as the algebra holds them. */
  readonly values: readonly StoredValue[];
}

/**
 * What is asked for, checked against the definition.
 *
 * @param problems what is wrong is added to it: nulls stand for values that could not be read
 * @param place of many, which one
 */
export function readRequest(
  { spec, inputs }: DefinitionPlan,
  asked: Asked,
  nowMs: number,
  problems: TesseraError[],
  place: string,
): RequestRead {
  const { keys, request = NONE, at } = asked;
  const wrong = (option: string, reason: string) => {
    const where = place === '' ? spec.name : `${spec.name} › ${place}`;
    problems.push(new TesseraError('BAD_OPTION', { option, reason }, { at: where }));
    return null;
  };
  if (!isRecord(keys) || !isRecord(request)) {
    wrong(isRecord(keys) ? 'request' : 'keys', 'must be an object: column → value');
    return { atMs: nowMs, values: inputs.map(() => null) };
  }
  const values = inputs.map(({ spec: column, from, isOptional }): StoredValue => {
    const given = from === 'keys' ? keys : request;
    if (!Object.hasOwn(given, column.name) || given[column.name] === undefined)
      return isOptional ? null : wrong(`${from}.${column.name}`, 'is missing');
    const value = readValue(column.type, given[column.name]);
    return isNoValue(value) ? wrong(`${from}.${column.name}`, value.reason) : value;
  });
  for (const from of ['keys', 'request'] as const)
    strangers(inputs, from === 'keys' ? keys : request, from, (name, names) => {
      const where = place === '' ? {} : { at: place };
      problems.push(
        from === 'keys'
          ? new TesseraError('UNKNOWN_KEY', { groupBy: spec.name, key: name, keys: names }, where)
          : new TesseraError(
              'UNKNOWN_COLUMN',
              { source: `the request of ${spec.name}`, column: name, columns: names },
              where,
            ),
      );
    });
  const atMs = at === undefined ? nowMs : readInstant(at);
  if (atMs === null) wrong('at', `is no instant: \`${String(at)}\``);
  return { atMs: atMs ?? nowMs, values };
}

const NONE = {};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strangers(
  inputs: DefinitionPlan['inputs'],
  given: Readonly<Record<string, unknown>>,
  from: 'keys' | 'request',
  tell: (name: string, names: readonly string[]) => void,
): void {
  const isOwn = (name: string) =>
    inputs.some((input) => input.from === from && input.spec.name === name);
  for (const name of Object.keys(given)) {
    if (isOwn(name)) continue;
    tell(
      name,
      inputs.flatMap((input) => (input.from === from ? input.spec.name : [])),
    );
  }
}
