import type { JoinSpec } from '@tessera/api';
import { chooseOneJoin, unknownName } from '../failures.js';
import type { Definitions } from '../project/load-definitions.js';

/** The join that was named, or the only one there is. Throws UNKNOWN_JOIN, BAD_OPTION. */
export function chooseJoin(
  { joins }: Definitions,
  asked: string | undefined,
  features: string,
): JoinSpec {
  const names = [...joins.keys()];
  if (asked !== undefined) {
    const join = joins.get(asked);
    if (join === undefined) throw unknownName('join', asked, names);
    return join;
  }
  const [only, ...others] = joins.values();
  if (only === undefined || others.length > 0) throw chooseOneJoin(names, features);
  return only;
}
