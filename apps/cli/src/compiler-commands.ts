import type { Command } from 'commander';
import type { RawCompileOptions } from './commands/compile.js';
import type { CommandContext } from './commands/context.js';
import type { RawDiffOptions } from './commands/diff.js';
import type { RawLineageOptions } from './commands/lineage.js';
import type { RawValidateOptions } from './commands/validate.js';
import { addProjectOptions, type Collect, LAKE_OPTION, OUT_OPTION } from './project-options.js';

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
    .option(...LAKE_OPTION)
    .option('--no-lake', 'look at the definitions alone')
    .option('--no-estimates', 'do not plan what runs would take')
    .option('--max-rows <n>', 'warn of runs that read more rows (default: 2 billion)')
    .option('--max-bytes <size>', 'warn of runs that read more, like 10GB (default: 256GB)')
    .option('--max-memory <size>', 'warn of runs that take more memory (default: 64GB)')
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

  const diff = program
    .command('diff')
    .description('what changes between two states of the definitions, and what it costs')
    .requiredOption('--from <place>', 'a git revision, a folder of definitions, or one compiled')
    .option('--to <place>', 'the same (default: the project as it is now)')
    .option(...LAKE_OPTION)
    .option('--no-lake', 'do not plan what would be built again')
    .option(...OUT_OPTION)
    .option('--markdown', 'print a comment for a pull request')
    .option('--allow-breaking', 'exit code 0 where what is served breaks');
  addProjectOptions(diff).action(async (raw: RawDiffOptions) => {
    const { diffCommand } = await import('./commands/diff.js');
    await diffCommand(raw, context);
  });

  const lineage = program
    .command('lineage')
    .description('which stored columns every output column is made of')
    .argument('[object]', 'a source, groupBy or join (default: all)')
    .option('--column <name>', 'one output column, or a stored one: source.column')
    .option('--report <file>', 'write one HTML page with everything')
    .option(...LAKE_OPTION)
    .option('--no-lake', 'the report says nothing of the lake');
  addProjectOptions(lineage).action(async (of: string | undefined, raw: RawLineageOptions) => {
    const { lineageCommand } = await import('./commands/lineage.js');
    await lineageCommand(of, raw, context);
  });
}
