import {
  DAY_MS,
  type Expression,
  formatDay,
  type JoinSpec,
  type PartSpec,
  type SourceSpec,
} from '@tessera/api';

/** A join over the events that an upload has: those before its as-of instant. Its left is as it was. */
export function cutJoin(join: JoinSpec, asOfMs: number): JoinSpec {
  return { ...join, parts: join.parts.map((part) => cutPart(part, asOfMs)) };
}

function cutPart(part: PartSpec, asOfMs: number): PartSpec {
  const { groupBy } = part;
  const { source } = groupBy;
  // Entities of a day that is not over are not uploaded, and then not compared.
  if (source.kind === 'entities') return part;
  return { ...part, groupBy: { ...groupBy, source: { ...source, where: before(source, asOfMs) } } };
}

/** The source's own condition, and that a row's time, floored to ms, is before an instant. */
function before(source: SourceSpec, ms: number): Expression {
  const time = source.columns.find(({ name }) => name === source.time);
  if (time === undefined) throw new TypeError(`${source.name} has no time`);
  const column: Expression = { op: 'column', column: time.name };
  const earlier: Expression = { op: '<', left: column, right: bound(time.type.kind, ms) };
  return source.where === undefined ? earlier : { op: 'and', args: [source.where, earlier] };
}

function bound(kind: SourceSpec['columns'][number]['type']['kind'], ms: number): Expression {
  switch (kind) {
    case 'epoch_ms':
      return { op: 'literal', literal: ms };
    case 'epoch_s':
      return { op: 'literal', literal: Math.ceil(ms / 1000) };
    case 'epoch_us':
      return { op: 'literal', literal: ms * 1000 };
    case 'date':
      return { op: 'literal', literal: formatDay(Math.ceil(ms / DAY_MS)), type: 'date' };
    default: {
      const text = new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
      return { op: 'literal', literal: text, type: 'timestamp' };
    }
  }
}
