import { defineProject } from '@tessera/api';

export default defineProject({
  name: 'flights',
  lake: 'data',
  out: 'out',
  features: 'features',
  generate: './generate.ts',
});
