import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../files/command.js';
import { filesBelow } from '../files/workspace.js';
import { published, tilesHere, writeProject } from './visits.js';

const TIMES = process.env.TESSERA_LONG === '1' ? 20 : 2;
const DEAD = JSON.stringify({
  ...{ owner: 'backfill', pid: 999_999_999, host: hostname(), since: '2025-01-01T00:00:00.000Z' },
  ...{ started: null, token: 'a'.repeat(8) },
});
const BACKFILL = ['backfill', '--join', 'habits', '--workers', '1'];

test(`two processes backfill the same tiles at once, ${TIMES} times: each ends well or is told who is at it, and the tiles are right`, async () => {
  const folder = await writeProject();
  await tilesHere(folder, join(folder, 'clean'));
  const clean = published(join(folder, 'clean'));
  let refused = 0;
  for (let time = 0; time < TIMES; time++) {
    const out = join(folder, `time-${time}`);
    // Every other time both find the locks of a process that is dead.
    for (const hash of time % 2 === 0 ? [] : readdirSync(join(folder, 'clean/tiles'))) {
      mkdirSync(join(out, 'tiles', hash), { recursive: true });
      writeFileSync(join(out, 'tiles', hash, '_lock'), DEAD);
    }
    const both = [1, 2].map(() => start([...BACKFILL, '--out', out], folder).ended);
    const ended = await Promise.all(both);
    expect(ended.some(({ code }) => code === 0)).toBe(true);
    for (const { code, err } of ended) {
      if (code === 0) continue;
      refused++;
      expect(code, err).toBe(2);
      expect(err).toMatch(
        /DATASET_LOCKED[\s\S]*is being written by another run \(.* habits, process \d+ on \S+, since \S+\)/,
      );
    }
    // One may have had a tile set that the other was refused: the next run builds what is lacking.
    await tilesHere(folder, out);
    expect(published(out)).toEqual(clean);
    expect(filesBelow(out).filter((name) => /_lock|_staging|\.tmp/.test(name))).toEqual([]);
  }
  console.log(`${refused} of ${2 * TIMES} runs were refused`);
});
