'use strict';
const { build } = require('./build.cjs');
build();
import('../apps/bench/dist/main.js');
