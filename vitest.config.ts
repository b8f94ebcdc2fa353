import { defineConfig } from 'vitest/config';

const long = process.env.TESSERA_LONG === '1';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    testTimeout: long ? 3_600_000 : 120_000,
    hookTimeout: 120_000,
    typecheck: {
      enabled: true,
      include: ['packages/*/test/**/*.test-d.ts'],
      tsconfig: 'tsconfig.types.json',
    },
  },
});
