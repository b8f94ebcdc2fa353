'use strict';
// Root scripts build first (0.3 s when nothing changed), then run the command line in this process.
const path = require('node:path');
const { build } = require('./build.cjs');
build();
// From the repository's own root there is no project to be found upwards: the example is meant.
process.env.TESSERA_DEFAULT_PROJECT ??= path.resolve(__dirname, '..', 'examples', 'fraud');
require('../apps/cli/bin/tessera.cjs');
