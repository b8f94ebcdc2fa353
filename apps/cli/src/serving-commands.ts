import type { Command } from 'commander';
import type { RawConsistencyOptions } from './commands/consistency.js';
import type { CommandContext } from './commands/context.js';
import type { RawFetchOptions } from './commands/fetch.js';
import type { RawUnitOptions } from './commands/serving.js';
import type { RawUploadOptions } from './commands/upload.js';
import { addProjectOptions, type Collect, LAKE_OPTION, OUT_OPTION } from './project-options.js';

/** The commands of serving: `upload`, `fetch`, `consistency`, `versions`, `rollback`. */
export function addServingCommands(
  program: Command,
  context: CommandContext,
  collect: Collect,
): void {
  const upload = program
    .command('upload')
    .description('put what a join is served from into a key-value store, as of an instant')
    .option(
      '--as-of <instant>',
      'events before it are in; a day means its midnight UTC (default: today)',
    )
    .option(
      '--tiles <policy>',
      'build: tiles that are missing are built and kept (default); auto; off',
    )
    .option('--workers <n>', 'threads (default: all cores)')
    .option('--memory <size>', 'budget, such as 2GB (default: half of what there is)')
    .option('--tmp <folder>', 'folder for what is passing')
    .option(...LAKE_OPTION);
  addUnitOptions(upload).action(async (raw: RawUploadOptions) => {
    const { uploadCommand } = await import('./commands/upload.js');
    await uploadCommand(raw, context);
  });

  const fetch = program
    .command('fetch')
    .description('one row of features out of the store, as a service would get it')
    .option('--key <name=value>', 'a key of the join; several times for several', collect)
    .option('--request <name=value>', 'a value that the request brings; several times', collect)
    .option('--at <instant>', 'the instant of the request (default: now)')
    .option('--explain', 'also what each value was merged from');
  addUnitOptions(fetch).action(async (raw: RawFetchOptions) => {
    const { fetchCommand } = await import('./commands/fetch.js');
    await fetchCommand(raw, context);
  });

  const consistency = program
    .command('consistency')
    .description(
      'prove that what is served equals what is trained on: compare a sample, cell by cell',
    )
    .option('--rows <n>', 'left rows that are compared (default: 10000)')
    .option('--seed <number>', 'which rows are drawn (default: 1)')
    .option(
      '--log <file>',
      'requests that were served, a JSON object a line, in place of left rows',
    )
    .option(
      '--as-of <instant>',
      'where nothing is uploaded: of the upload that is made for the comparison',
    )
    .option(...LAKE_OPTION);
  addUnitOptions(consistency).action(async (raw: RawConsistencyOptions) => {
    const { consistencyCommand } = await import('./commands/consistency.js');
    await consistencyCommand(raw, context);
  });

  const versions = program
    .command('versions')
    .description('what a store holds, and which of it is served')
    .option('--store <url>', STORE);
  addProjectOptions(versions, OUT_OPTION).action(async (raw: RawUnitOptions) => {
    const { versionsCommand } = await import('./commands/versions.js');
    await versionsCommand(raw, context);
  });

  const rollback = program
    .command('rollback')
    .description('serve again what was served before the last upload');
  addUnitOptions(rollback).action(async (raw: RawUnitOptions) => {
    const { rollbackCommand } = await import('./commands/rollback.js');
    await rollbackCommand(raw, context);
  });
}

const STORE = 'lmdb folder, or redis://host:port (default: `online` in the output folder)';

function addUnitOptions(command: Command): Command {
  return addProjectOptions(
    command
      .option('--join <name>', 'the join; not needed where the project has one')
      .option('--group-by <name>', 'a groupBy by itself, in place of a join')
      .option('--store <url>', STORE),
    OUT_OPTION,
  );
}
