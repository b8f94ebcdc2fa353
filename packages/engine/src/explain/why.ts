import { countsNothingAsZero } from '@tessera/api';
import type { Explanation } from './explanation.js';
import { instantText } from './instant.js';
import type { Folded } from './pieces.js';
import type { Request } from './request.js';

export interface Facts {
  readonly request: Request;
  readonly folded: Folded;
  readonly outcome: Explanation['outcome'];
  readonly snapshot: Explanation['snapshot'];
  /** How many of the pieces are tiles. */
  readonly tilePieces: number;
  readonly isLegal: boolean;
  /** Of a label: the instant that ends its data; null = there are none. */
  readonly endMs: number | null;
}

/** Why every feature of the part is null, whatever its rows; null where they decide. */
export function whyAllNull({
  request,
  snapshot,
  isLegal,
  endMs,
}: Pick<Facts, 'request' | 'snapshot' | 'isLegal' | 'endMs'>): string | null {
  const nulls = request.keys.filter(({ isNull }) => isNull).map(({ spec }) => spec.name);
  if (nulls.length > 0)
    return `${nulls.join(', ')} is null: so are all features of the part (S4.2)`;
  if (!isLegal) return 'the instant is outside the years that count: all features are null (S1.3)';
  const { ahead } = request.part;
  if (ahead !== undefined && !(request.askedMs + ahead.windowMs <= (endMs ?? -Infinity)))
    return endMs === null
      ? 'the source has no data: no label is known (S2.7)'
      : `the label is not known yet: its window ends after the data, ${instantText(endMs)} (S2.7)`;
  if (snapshot !== null && !snapshot.exists)
    return `there is no partition ds=${snapshot.ds}, and the part says missing: 'null' (S3.2)`;
  return null;
}

/** The value in a sentence. */
export function whyValue(facts: Facts): string {
  const { request, folded, outcome, snapshot, tilePieces } = facts;
  if (outcome.kind === 'refused') return 'a training set with this row is refused';
  const always = whyAllNull(facts);
  if (always !== null) return always;
  const { part, column } = request;
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  const { values } = folded;
  if (aggregation === undefined) return whyPassed(facts);
  if (values === 0) {
    const where = snapshot === null ? 'event' : 'row of the key';
    const nothing = `no ${where} counts: `;
    if (aggregation.by !== undefined) return `${nothing}no bucket at all is null (S5.6)`;
    if (!countsNothingAsZero(aggregation.operation)) return `${nothing}null (S5)`;
    return part.groupBy.empty === 'null'
      ? `${nothing}null, since the groupBy says empty: 'null' (S5)`
      : `${nothing}a count of nothing is 0 (S5)`;
  }
  const merged = `${aggregation.operation} of ${tilePieces > 0 ? ofTiles(facts) : ofEvents(folded)}`;
  if (outcome.value !== null) return merged;
  return aggregation.operation === 'TOP_K_FREQUENT'
    ? `${merged}: more than ${aggregation.maxDistinct} distinct ones give null (S5)`
    : `${merged}: it has no finite answer, so null (S5.1, S5.7)`;
}

const amount = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;

function ofEvents({ values, pieces }: Folded): string {
  const what = pieces.count === values ? `${values}` : `${values} in ${pieces.count} lists`;
  return `${what} ${values === 1 ? 'value' : 'values'}`;
}

/** `412 values, 400 of them in 29 tiles`; what tiles keep the best of, they do not count. */
function ofTiles({ folded, tilePieces }: Facts): string {
  const { values, ofTiles: inTiles, kept } = folded;
  const tiles = amount(tilePieces, 'tile');
  const others = values - inTiles;
  if (kept === 0)
    return `${amount(values, 'value')}, ${others === 0 ? 'all' : inTiles} of them in ${tiles}`;
  return others === 0 ? `what ${tiles} hold` : `${amount(others, 'value')} and what ${tiles} hold`;
}

function whyPassed({ folded, snapshot }: Facts): string {
  const dump = snapshot?.ds == null ? 'the source' : `partition ds=${snapshot.ds}`;
  if (folded.values > 0) return `the one row of the key in ${dump} (S3.3)`;
  const isThere = folded.leftOut.some(({ reason }) => reason.endsWith('-input'));
  return isThere
    ? `the row of the key in ${dump} has no value here`
    : `${dump} has no row of the key: null (S3.3)`;
}
