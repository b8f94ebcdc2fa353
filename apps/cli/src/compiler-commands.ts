import type { Command } from 'commander';
import type { RawCompileOptions } from './commands/compile.js';
import type { CommandContext } from './commands/context.js';
import type { RawValidateOptions } from './commands/validate.js';

type Collect = (value: string, earlier?: readonly string[]) => string[];

/** The commands that are about definitions: `validate`, `compile`, `diff`, `lineage`. */
export function addCompilerCommands(
  program: Command,
  context: CommandContext,
  collect: Collect,
): void {
  const validate = program
    .command('validate')
    .description('check definitions, and the lake against them; compute nothing')
    .option(
      '--join <name>',
      'only this join and what it needs; may be given several times',
      collect,
    )
    .option('--start <day>', 'first day that will be asked for, YYYY-MM-DD (UTC)')
    .option('--end <day>', 'last day, included')
    .option('--lake <folder>', "folder that source paths start from (default: the config's)")
    .option('--no-lake', 'look at the definitions alone')
    .option('--strict', 'warnings are errors');
  addProjectOptions(validate).action(async (raw: RawValidateOptions) => {
    const { validateCommand } = await import('./commands/validate.js');
    await validateCommand(raw, context);
  });

  const compile = program
    .command('compile')
    .description('write checked definitions, lineage, schemas and plans as JSON to review')
    .option('--compiled <folder>', "where to write (default: `compiled` of the project's folder)")
    .option('--no-cache', 'compile what is as it was, too')
    .option('--strict', 'warnings are errors');
  addProjectOptions(compile).action(async (raw: RawCompileOptions) => {
    const { compileCommand } = await import('./commands/compile.js');
    await compileCommand(raw, context);
  });
}

function addProjectOptions(command: Command): Command {
  return command
    .option(
      '--project <folder>',
      'folder of tessera.config.ts (default: searched upwards from here)',
    )
    .option('--json', 'print one JSON document instead of text')
    .option('--debug', 'print stack traces');
}
