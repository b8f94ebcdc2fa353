import type { PlanSummary } from '@tessera/engine';
import type { IdleRun } from '../idle/remember.js';
import type { Said } from '../idle/verdict.js';
import { nothingToDoText } from '../output/plan-lines.js';
import type { CommandContext } from './context.js';

/** What is said where nothing is to do. */
export function saidOfNothing(
  plan: PlanSummary,
  { start, end }: { readonly start?: string; readonly end?: string },
): Said {
  return { as: 'done', label: 'plan', text: nothingToDoText(plan, { start, end }) };
}

/** Remember the answer for the next time that the same is asked: docs/performance.md. */
export async function rememberIdle(run: IdleRun, { asked }: CommandContext): Promise<void> {
  if (asked === undefined || asked === null) return;
  const { rememberIdle: remember } = await import('../idle/remember.js');
  await remember(run, asked);
}
