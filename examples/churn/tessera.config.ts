import { defineProject } from '@tessera/api';

export default defineProject({
  name: 'churn',
  lake: 'data',
  out: 'out',
  features: 'features',
  generate: './generate.ts',
});
