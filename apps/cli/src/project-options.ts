import type { Command } from 'commander';

/** Flags and what they are for, as `Command.option` takes them. */
type Option = readonly [flags: string, about: string];

/** Values of an option that may be given several times. */
export type Collect = (value: string, earlier?: readonly string[]) => string[];

export const LAKE_OPTION: Option = [
  '--lake <folder>',
  "folder that source paths start from (default: the config's)",
];

export const OUT_OPTION: Option = [
  '--out <folder>',
  "folder that receives datasets (default: the config's)",
];

/** What every command has that is about a project. */
export function addProjectOptions(command: Command, ...further: readonly Option[]): Command {
  command.option(
    '--project <folder>',
    'folder of tessera.config.ts (default: searched upwards from here)',
  );
  for (const option of further) command.option(...option);
  return command
    .option('--json', 'print one JSON document instead of text')
    .option('--debug', 'print stack traces');
}
