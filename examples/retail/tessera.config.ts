import { defineProject } from '@tessera/api';

export default defineProject({
  name: 'retail',
  lake: 'data',
  out: 'out',
  features: 'features',
  generate: './generate.ts',
});
