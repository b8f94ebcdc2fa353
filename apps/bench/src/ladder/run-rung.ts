// One rung in a process of its own: `node run-rung.js <request as JSON>`.
import { writeFileSync } from 'node:fs';
import { buildTiles, type RunOptions, trainSet } from '@tessera/engine';
import { printPeak } from '../peak.js';
import { ladderJoin } from './features.js';

/** What one process does; plain data. */
export interface RungRequest {
  /** Build tiles and publish nothing. */
  readonly tilesOnly: boolean;
  readonly options: RunOptions;
  /** File for the counters of the run. */
  readonly report: string;
}

const request: RungRequest = JSON.parse(process.argv[2] ?? '{}');
const run = request.tilesOnly ? buildTiles : trainSet;
const { counters, plan } = await run(ladderJoin, request.options);
const { readFiles, readBytes, tiles } = plan;
writeFileSync(request.report, JSON.stringify({ counters, readFiles, readBytes, tiles }));
printPeak();
