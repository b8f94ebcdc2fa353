import type { Command } from 'commander';
import type { CommandContext } from './commands/context.js';
import type { RawDoctorOptions } from './commands/doctor.js';
import type { RawExplainOptions } from './commands/explain.js';
import type { RawGcOptions } from './commands/gc.js';
import type { RawStatusOptions } from './commands/status.js';
import { addProjectOptions, type Collect, LAKE_OPTION, OUT_OPTION } from './project-options.js';

/** The commands that only look, `explain` and `status`, and those that put in order: `gc`, which looks unless it is forced, and `doctor`. */
export function addLookingCommands(
  program: Command,
  context: CommandContext,
  collect: Collect,
): void {
  const explain = program
    .command('explain')
    .description('show one value of a training set and every event that it was made of')
    .option('--join <name>', 'the join; not needed where the project has one')
    .option('--key <name=value>', "a key of the column's part; several times for several", collect)
    .option(
      '--left <name=value>',
      'of a derived column: a left column that it reads beside keys; the name alone is null',
      collect,
    )
    .option('--at <instant>', "the row's instant, such as 2025-03-01T10:00:00Z")
    .option('--column <name>', 'the feature, label or derived column')
    .option('--limit <rows>', 'events and tiles that are shown (default: 20, with --json 10000)')
    .option(
      '--tiles <policy>',
      'auto: tiles that stand for several events each (default); off: every event',
    )
    .option('--out <folder>', "folder that has tiles (default: the config's)");
  addProjectOptions(explain, LAKE_OPTION).action(async (raw: RawExplainOptions) => {
    const { explainCommand } = await import('./commands/explain.js');
    await explainCommand(raw, context);
  });

  const status = program
    .command('status')
    .description('which partitions of datasets and tiles are there, which are stale, and why')
    .option(...OUT_OPTION);
  addProjectOptions(status, LAKE_OPTION).action(async (raw: RawStatusOptions) => {
    const { statusCommand } = await import('./commands/status.js');
    await statusCommand(raw, context);
  });

  const gc = program
    .command('gc')
    .description('what the output folder holds and no run needs; --force removes it')
    .option('--force', 'remove it')
    .option('--older-than <time>', 'only what nobody changed for so long (default: 1d)')
    .option('--unused', 'also tiles that no definition of the project can read');
  addProjectOptions(gc, OUT_OPTION).action(async (raw: RawGcOptions) => {
    const { gcCommand } = await import('./commands/gc.js');
    await gcCommand(raw, context);
  });

  addDoctor(program, context);
}

function addDoctor(program: Command, context: CommandContext): void {
  const doctor = program
    .command('doctor')
    .description('compare the output folder with its manifests, and mend what is not so')
    .option('--check', 'only report; exit code 2 if anything is wrong');
  addProjectOptions(doctor, OUT_OPTION).action(async (raw: RawDoctorOptions) => {
    const { doctorCommand } = await import('./commands/doctor.js');
    await doctorCommand(raw, context);
  });
}
