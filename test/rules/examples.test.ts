import { DEFINITION_RULES, ERROR_TABLE } from '@tessera/api';
import { type Finding, LAYERS, RULES } from '@tessera/validators';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingsOf } from './run-example.js';
import { findingsOfFiles } from './run-files.js';

/** What each rule's two examples find. */
const found = new Map<string, Record<'fires' | 'passes', readonly Finding[]>>();

beforeAll(async () => {
  for (const { id, example } of RULES) {
    const fires = await findingsOf(example.fires, findingsOfFiles);
    const passes = await findingsOf(example.passes, findingsOfFiles);
    found.set(id, { fires, passes });
  }
});

const rulesOf = (findings: readonly Finding[] = []) => findings.map(({ rule }) => rule);
const errorsOf = (findings: readonly Finding[] = []) =>
  rulesOf(findings.filter(({ severity }) => severity === 'error'));

describe.each(LAYERS)('%s', (layer) => {
  test.each(RULES.filter((rule) => rule.layer === layer))('$id', ({ id, severity }) => {
    const { fires, passes } = found.get(id)!;
    expect(rulesOf(fires)).toContain(id);
    expect(fires.filter(({ rule }) => rule === id)[0]).toMatchObject({ layer, severity });
    // What passes may still be warned of by other rules.
    expect(rulesOf(passes)).not.toContain(id);
    expect(errorsOf(passes)).toEqual([]);
  });
});

/** Entities need keys, and keys need columns. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = { COLUMNS_EMPTY: ['KEYS_EMPTY'] };

test('an example that breaks a rule breaks no other one that is an error', () => {
  for (const [id, { fires }] of found) {
    const others = new Set(errorsOf(fires).filter((rule) => rule !== id));
    expect([...others], id).toEqual(TOGETHER[id] ?? []);
  }
});

test('every rule has an id of its own, and says what and what to do', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  expect(RULES.length).toBeGreaterThanOrEqual(60);
  for (const { id, summary, hint } of RULES) {
    expect(id).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(summary.endsWith('.') && hint.length > 10, id).toBe(true);
  }
});

test('whatever a definition can be refused for is a rule', () => {
  const known = new Set(RULES.map(({ id }) => id));
  expect(DEFINITION_RULES.filter((rule) => !known.has(rule))).toEqual([]);
  // Of errors those that are of definitions: the table is in that order, up to what is asked of a project.
  const codes = Object.keys(ERROR_TABLE);
  const ofDefinitions = codes.slice(0, codes.indexOf('UNKNOWN_JOIN'));
  expect(ofDefinitions.filter((code) => !known.has(code))).toEqual([]);
});
