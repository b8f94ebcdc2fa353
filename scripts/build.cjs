'use strict';
// Builds every package with turbo, quietly: output is shown only when something fails.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

function build() {
  const root = path.resolve(__dirname, '..');
  const turbo = path.join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  const run = spawnSync(
    process.execPath,
    [turbo, 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    },
  );
  if (run.error || run.status !== 0) {
    process.stderr.write(
      `${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? `${run.error}\n` : ''}`,
    );
    process.stderr.write('build failed\n');
    process.exit(3);
  }
}

module.exports = { build };
if (require.main === module) build();
