import { Command } from 'commander';
import type { RawBackfillOptions } from './commands/backfill.js';
import type { CommandContext } from './commands/context.js';
import type { RawGenerateOptions } from './commands/generate.js';
import type { RawInitOptions } from './commands/init.js';
import type { RawSchemaOptions } from './commands/schema.js';
import type { RawShowOptions } from './commands/show.js';
import type { RawTestOptions } from './commands/test.js';
import type { RawTrainSetOptions } from './commands/train-set.js';
import { addCompilerCommands } from './compiler-commands.js';
import { addLookingCommands } from './looking-commands.js';
import { addServingCommands } from './serving-commands.js';
import { readVersion } from './version.js';

const EXAMPLES = `
From your own tables to a training set:
  tessera init my-features --from path/to/data
  tessera train-set --project my-features
  tessera show --project my-features

tessera <command> --help has a command's options.`;

/**
 * The command line as commander sees it. Actions import what they need when they run: `--help` and `--version` load
 * neither the engine nor the definitions' language.
 */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('tessera')
    .description('Point-in-time correct machine-learning features from Parquet.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(add --help for the options)');

  addInit(program, context);
  addSchema(program, context);
  addTrainSet(program, context);
  addShow(program, context);
  addTest(program, context);
  addBackfill(program, context);
  addCompilerCommands(program, context, collect);
  addLookingCommands(program, context, collect);
  addServingCommands(program, context, collect);
  addGenerate(program, context);
  program.addHelpText('after', EXAMPLES);
  return program;
}

function addInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .description('write a project over your tables')
    .argument('<folder>', 'a folder that is new or empty; nothing is overwritten')
    .requiredOption('--from <path>', 'where the data is; may be given several times', collect)
    .option('--debug', 'print stack traces')
    .action(async (folder: string, raw: RawInitOptions) => {
      const { initCommand } = await import('./commands/init.js');
      await initCommand(folder, raw, context);
    });
}

function addSchema(program: Command, context: CommandContext): void {
  program
    .command('schema')
    .description('print the sources that Parquet or CSV would be')
    .argument('<path>', 'a file, a folder of files or of ds= folders, or a folder of tables')
    .option('--as <kind>', 'events or entities, whatever it looks like')
    .option('--lake <folder>', 'print paths from this folder (default: absolute)')
    .option('--json', 'print one JSON document instead of text')
    .option('--debug', 'print stack traces')
    .action(async (folder: string, raw: RawSchemaOptions) => {
      const { schemaCommand } = await import('./commands/schema.js');
      await schemaCommand(folder, raw, context);
    });
}

function addTrainSet(program: Command, context: CommandContext): void {
  const trainSet = program
    .command('train-set')
    .description('build the training set of a join')
    .option('--join <name>', 'the join; not needed where the project has one')
    .option(
      '--dry-run',
      'compute and show the first rows (--limit, default: 1000); publish nothing',
    )
    .option(
      '--labels-only',
      'make the labels of published partitions anew where later days arrived; copy all else',
    );
  addRunOptions(trainSet).action(async (raw: RawTrainSetOptions) => {
    const { trainSetCommand } = await import('./commands/train-set.js');
    await trainSetCommand(raw, context);
  });
}

function addShow(program: Command, context: CommandContext): void {
  program
    .command('show')
    .description('look at what is published')
    .argument('[join]', 'a training set (default: the only one)')
    .option('--group-by <name>', 'the daily values of a groupBy instead')
    .option('--rows <count>', 'first rows to print (default: 10)')
    .option('--columns <names>', 'only these columns, with commas between')
    .option('--column <name>', 'how the values of one column lie')
    .option(
      '--project <folder>',
      'folder of tessera.config.ts (default: searched upwards from here)',
    )
    .option('--out <folder>', "folder that holds datasets (default: the config's)")
    .option('--json', 'print one JSON document instead of text')
    .option('--debug', 'print stack traces')
    .action(async (join: string | undefined, raw: RawShowOptions) => {
      const { showCommand } = await import('./commands/show.js');
      await showCommand(join, raw, context);
    });
}

function addTest(program: Command, context: CommandContext): void {
  program
    .command('test')
    .description("run the project's feature tests")
    .argument('[files...]', 'test files (default: every *.test.ts of the project)')
    .option(
      '--project <folder>',
      'folder of tessera.config.ts (default: searched upwards from here)',
    )
    .option('--debug', 'print stack traces')
    .action(async (files: readonly string[], raw: RawTestOptions) => {
      const { testCommand } = await import('./commands/test.js');
      await testCommand(files, raw, context);
    });
}

function addBackfill(program: Command, context: CommandContext): void {
  const backfill = program
    .command('backfill')
    .description('build the daily values of groupBys, or the tiles that a join can use')
    .option(
      '--group-by <name>',
      "a groupBy; may be given several times (default: all of the project's)",
      collect,
    )
    .option(
      '--join <name>',
      "only the tiles that the join's parts can use; may be given several times",
      collect,
    );
  addRunOptions(backfill).action(async (raw: RawBackfillOptions) => {
    const { backfillCommand } = await import('./commands/backfill.js');
    await backfillCommand(raw, context);
  });
}

function addGenerate(program: Command, context: CommandContext): void {
  program
    .command('generate')
    .description("write the project's synthetic data")
    .option(
      '--project <folder>',
      'folder of tessera.config.ts (default: searched upwards from here)',
    )
    .option('--lake <folder>', "where to write (default: the config's lake)")
    .option('--scale <factor>', 'size, 1 is full (default: 1)')
    .option('--seed <number>', 'seed of the random numbers (default: 42)')
    .option('--force', 'replace data generated earlier')
    .option('--debug', 'print stack traces')
    .action(async (raw: RawGenerateOptions) => {
      const { generateCommand } = await import('./commands/generate.js');
      await generateCommand(raw, context);
    });
}

function addRunOptions(command: Command): Command {
  return command
    .option('--start <day>', 'first day, YYYY-MM-DD (UTC)')
    .option('--end <day>', 'last day, included')
    .option(
      '--project <folder>',
      'folder of tessera.config.ts (default: searched upwards from here)',
    )
    .option('--lake <folder>', "folder that source paths start from (default: the config's)")
    .option('--out <folder>', "folder that receives datasets (default: the config's)")
    .option('--plan', 'only say what would be built, and why')
    .option('--json', 'print one JSON document instead of text')
    .option('--format <name>', 'parquet, csv or arrow (default: parquet)')
    .option(
      '--tiles <policy>',
      'off, auto, build or always: which tiles are read, and built (default: auto, of backfill build)',
    )
    .option('--workers <count>', "threads (default: the machine's cores)")
    .option(
      '--memory <size>',
      'memory of the whole run, like 512MB or 4GB (default: half of what there is)',
    )
    .option('--buckets <count>', 'key buckets; values never depend on it')
    .option('--tmp <folder>', 'folder for files that live as long as the run')
    .option('--limit <rows>', 'only the first rows; nothing is published')
    .option('--replace', 'remove partitions outside the range that an older definition made')
    .option('--strict', '±Infinity in an input is an error')
    .option(
      '--profile [file]',
      'tell where the time went; every task into a file for trace viewers (default: <name>.trace.json)',
    )
    .option('--no-summary', 'leave out the table of columns')
    .option('--debug', 'print stack traces');
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
