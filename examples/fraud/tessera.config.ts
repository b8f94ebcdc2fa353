import { defineProject } from '@tessera/api';

export default defineProject({
  name: 'fraud',
  lake: 'data',
  out: 'out',
  features: 'features',
  generate: './generate.ts',
});
