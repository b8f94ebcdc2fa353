import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { count, events, groupBy, join as joinOf, part, sum } from '@tessera/api';
import { artefactsOf, lineageGraph, parse, reportHtml, validateProject } from '@tessera/compiler';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { newFolder } from '../files/workspace.js';
import { fraudProject } from './fraud-project.js';

/** The system's Chromium; none is downloaded. */
const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));
/** Where pictures are kept to be looked at; default: nowhere. */
const pictures = process.env.TESSERA_PICTURES;

if (executablePath === undefined)
  console.warn('report-browser: skipped, there is no Chromium (apt-get install chromium)');

describe.skipIf(executablePath === undefined)('the report in a browser', () => {
  let browser: Browser;
  const wrong: string[] = [];

  const open = async (file: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', (request) => request.url().startsWith('file:') || wrong.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return page;
  };
  const picture = async (page: Page, name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: ['--no-sandbox'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    expect(wrong).toEqual([]);
  });

  describe('of the fraud example', () => {
    let page: Page;

    beforeAll(async () => {
      const { folder, edit } = fraudProject();
      edit('features/user-spend.ts', "last('device_id')", "uniqueCount('device_id')");
      edit('features/user-spend.ts', 'last, sum', 'last, sum, uniqueCount');
      edit('features/device-trust.ts', 'What vendors say', '<b>What</b> vendors say');
      const { code, err } = await tesseraHere(
        ['lineage', '--no-lake', '--report', 'report.html'],
        folder,
      );
      expect(code, err).toBe(0);
      page = await open(join(folder, 'report.html'));
    });

    test('shows every object in its lane, and the edges between them', async () => {
      const lane = (kind: string) =>
        page.locator(`.lane[data-kind="${kind}"] .node b`).allTextContents();
      expect(await lane('source')).toHaveLength(5);
      expect(await lane('groupBy')).toHaveLength(8);
      expect(await lane('join')).toEqual(['fraud_v2']);
      expect(await page.locator('#edges path').count()).toBe(18);
      expect(await page.locator('#count').textContent()).toBe('14 objects');
      await picture(page, 'fraud');
    });

    test('a click on an object shows who owns it, what it says and what it is warned of', async () => {
      await page.locator('.node', { hasText: 'user_spend' }).click();
      const detail = page.locator('#detail');
      expect(await detail.locator('h3').textContent()).toBe('user_spend');
      expect(await detail.textContent()).toContain('How much, how often and where a user pays.');
      expect(await detail.locator('dl').textContent()).toContain('fraud-team');
      expect(await detail.locator('.warning b').allTextContents()).toContain('UNBOUNDED_DISTINCT');
      expect(await page.locator('.node.far').count()).toBeGreaterThan(5);
      expect(await page.locator('#edges path.on').count()).toBe(3);
    });

    test('a click on a column shows its path to stored columns', async () => {
      await page.locator('.column[data-column="user_spend_foreign_amount_7d"]').click();
      const path = page.locator('#detail .path');
      expect(await path.textContent()).toContain("SUM over 7d where currency <> 'USD'");
      expect(await path.locator('code').allTextContents()).toEqual(
        expect.arrayContaining([
          'payments.transactions.amount',
          'payments.transactions.currency',
          'payments.transactions.user_id',
        ]),
      );
      await picture(page, 'fraud-column');
    });

    test('what users wrote is text', async () => {
      await page.locator('.node', { hasText: 'device_trust' }).click();
      expect(await page.locator('#detail p').first().textContent()).toBe(
        '<b>What</b> vendors say about a device.',
      );
    });

    test('search finds objects by what their columns are called', async () => {
      await page.locator('#search').fill('chargeback');
      const shown = page.locator('.lane li:not([hidden]) .node b');
      expect(await shown.allTextContents()).toEqual(['merchants.profiles', 'fraud_v2']);
      expect(await page.locator('#count').textContent()).toBe('2 of 14 objects');
      await page.locator('#search').fill('');
      expect(await shown.count()).toBe(14);
    });
  });

  test.runIf(process.env.TESSERA_LONG === '1')(
    'of 1,000 objects: found, opened and followed',
    async () => {
      const sources = Array.from({ length: 20 }, (_, at) =>
        events({
          ...{ name: `table_${at}`, path: `table_${at}` },
          columns: { id: 'string!', user: 'string', amount: 'double', at: 'timestamp' },
          ...{ time: 'at', tieBreaker: 'id' },
        }),
      );
      const groups = Array.from({ length: 880 }, (_, at) =>
        groupBy({
          ...{ name: `features_${at}`, source: sources[at % 20]!, keys: ['user'] },
          aggregations: [sum('amount', { windows: ['1d', '7d'] }), count({ windows: ['7d'] })],
        }),
      );
      const joins = Array.from({ length: 100 }, (_, at) =>
        joinOf({
          ...{ name: `model_${at}`, left: sources[0]! },
          parts: Array.from({ length: 8 }, (__, idx) => part(groups[(at * 8 + idx) % 880]!)),
        }),
      );
      const exports = Object.fromEntries([...groups, ...joins].map((one) => [one.name, one]));
      const project = parse({
        files: [{ file: 'features.ts', exports }],
        problems: [],
        folder: '.',
      });
      const graph = lineageGraph(artefactsOf(project), { findings: validateProject(project) });
      const file = join(newFolder(), 'report.html');
      writeFileSync(file, reportHtml(graph, 'A thousand'));
      const page = await open(file);
      expect(await page.locator('#count').textContent()).toBe('1000 objects');
      await picture(page, 'thousand');
      await page.locator('#search').fill('model_42');
      await page.locator('.node[data-id="join model_42"]').click();
      expect(await page.locator('#detail h3').textContent()).toBe('model_42');
      await page.locator('#search').fill('');
      // The join, its groupBys, their sources; of those one is its left too.
      expect(await page.locator('.lane li:not([hidden])').count()).toBe(1 + 8 + 8);
      expect(await page.locator('#edges path.on').count()).toBe(1 + 8 + 8);
      await picture(page, 'thousand-selected');
      const amount = page.locator('.column[data-column="features_336_amount_sum_7d"]');
      await amount.click();
      expect(await page.locator('#detail .path code').first().textContent()).toBe(
        'table_16.amount',
      );
    },
  );
});
