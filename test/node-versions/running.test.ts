import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const asked = process.env.TESSERA_NODE_MAJOR;

// `scripts/test-node.mjs` is worth nothing if the tests run on the Node that started it.
test.skipIf(asked === undefined)(
  'tests and their commands run on the Node that was asked for',
  () => {
    const command = spawnSync('node', ['--version'], { encoding: 'utf8' }).stdout.trim();
    const majors = [process.version, command].map((version) => /^v(\d+)\./.exec(version)?.[1]);
    expect(majors).toEqual([asked, asked]);
  },
);
