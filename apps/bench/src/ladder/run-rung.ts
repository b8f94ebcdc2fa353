// One rung in a process of its own: `node run-rung.js <request as JSON>`.
import { writeFileSync } from 'node:fs';
import { buildTiles, type RunOptions, trainSet } from '@tessera/engine';
import { foretold } from '../foretold.js';
import { printPeak } from '../peak.js';
import { watchStages } from '../stages.js';
import { ladderJoin } from './features.js';
import type { RungReport } from './rungs.js';

/** What one process does; plain data. */
export interface RungRequest {
  /** Build tiles and publish nothing. */
  readonly tilesOnly: boolean;
  readonly options: RunOptions;
  /** File for what the run did. */
  readonly report: string;
}

const request: RungRequest = JSON.parse(process.argv[2] ?? '{}');
const run = request.tilesOnly ? buildTiles : trainSet;
const { end, ...watch } = watchStages();
const result = await run(ladderJoin, { ...request.options, ...watch });
const { counters, plan } = result;
const report: RungReport = { counters, plan, foretold: foretold(result, end()) };
writeFileSync(request.report, JSON.stringify(report));
printPeak();
