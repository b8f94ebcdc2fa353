import type { CommandContext } from './context.js';
import type { RawUnitOptions } from './serving.js';
export interface RawConsistencyOptions extends RawUnitOptions {
  readonly rows?: string;
}
export async function consistencyCommand(
  _: RawConsistencyOptions,
  __: CommandContext,
): Promise<void> {}
