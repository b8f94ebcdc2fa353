export type { CommandContext } from './commands/context.js';
export type { Engine } from './engine.js';
export { main } from './main.js';
export type {
  Generate,
  GenerateProgress,
  GenerateRequest,
  GenerateResult,
} from './project/synthetic-data.js';
export { runCli } from './run-cli.js';
export type { Terminal } from './terminal.js';
