import type { CommandContext } from './context.js';
import type { RawUnitOptions } from './serving.js';
export interface RawFetchOptions extends RawUnitOptions {
  readonly key?: readonly string[];
}
export async function fetchCommand(_: RawFetchOptions, __: CommandContext): Promise<void> {}
