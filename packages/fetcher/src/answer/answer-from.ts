import { isTesseraError, TesseraError } from '@tessera/api';
import type { Store } from '@tessera/kv-writer';
import type { DefinitionPlan } from '../plan/definition-plan.js';
import { failedPlan } from '../plan/serving-plan.js';
import type { RequestRead } from '../request/read-request.js';
import type { OpenVersion } from '../unit/open-version.js';
import type { Unit } from '../unit/unit.js';
import { withinTime } from '../unit/within-time.js';
import type { Answering } from './answer-options.js';
import { type Answered, answerRows } from './answer-rows.js';

export interface AnsweredFrom {
  readonly answered: Answered;
  /** Null where none could be opened. */
  readonly version: string | null;
  readonly unserved: readonly string[];
}

/**
 * Answers from the version of the unit that is read; once more, whole, from its successor where it is dropped meanwhile.
 *
 * Throws  NOT_UPLOADED; the signal's reason
 */
export async function answerFrom(
  unit: Unit,
  { where }: Pick<Store, 'where'>,
  definition: DefinitionPlan,
  requests: readonly RequestRead[],
  how: Answering,
): Promise<AnsweredFrom> {
  const { timeoutMs, signal } = how;
  const endMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  const left = () => (endMs === undefined ? undefined : Math.max(1, endMs - performance.now()));
  const late = () => new TesseraError('TIMEOUT', { store: where, timeoutMs: timeoutMs ?? 0 });

  const refused = async (error: TesseraError, from: OpenVersion | null) => {
    const plan = failedPlan(definition, error);
    const source = { entries: null, asOfMs: from?.asOfMs ?? null, where };
    const answered = await answerRows(plan, source, requests, how);
    return { answered, version: from?.version ?? null, unserved: plan.unserved };
  };

  unit.serve(definition.spec);
  for (let attempt = 0; ; attempt++) {
    let from: OpenVersion;
    try {
      from =
        unit.current() ?? (await withinTime(unit.opened(), { timeoutMs: left(), signal, late }));
    } catch (error) {
      if (!isTesseraError(error) || error.code === 'NOT_UPLOADED') throw error;
      return refused(error, null);
    }
    from.use();
    try {
      const plan = from.planFor(definition.spec);
      const source = { entries: from.entries, asOfMs: from.asOfMs, where, waitMs: left() };
      const answered = await answerRows(plan, source, requests, how);
      return { answered, version: from.version, unserved: plan.unserved };
    } catch (error) {
      if (!isTesseraError(error) || error.code !== 'STORE_VERSION_GONE') throw error;
      if (attempt > 0) return await refused(error, from);
      await unit.refresh();
    } finally {
      from.release();
    }
  }
}
