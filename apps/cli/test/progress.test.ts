import type { Progress } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { createProgressView } from '../src/output/progress.js';
import { asciiOnly } from '../src/output/style.js';
import { styleOf, type Terminal } from '../src/terminal.js';

function screen(live: boolean) {
  const written: string[] = [];
  const style = { color: live, unicode: true, columns: 120 };
  const terminal: Terminal = {
    out: () => {},
    err: (text) => written.push(text),
    outStyle: style,
    errStyle: style,
    live,
  };
  let nowMs = 0;
  const view = createProgressView(terminal, () => nowMs);
  const send = (atMs: number, progress: Partial<Progress>) => {
    nowMs = atMs;
    view.update({
      stage: 'scan',
      tasksDone: 0,
      tasksTotal: 10,
      rows: 0,
      elapsedMs: atMs,
      peakBytes: 0,
      ...progress,
    });
  };
  return { written, view, send };
}

describe('plain progress', () => {
  test('one line when a stage ends, and one every five seconds between', () => {
    const { written, send } = screen(false);
    send(0, {});
    for (let done = 1; done < 10; done += 1)
      send(done * 1000, { tasksDone: done, rows: done * 1_000_000 });
    send(10_000, { tasksDone: 10, rows: 10_000_000 });
    send(10_001, { tasksDone: 10, rows: 10_000_000 });
    expect(written).toEqual([
      '  scan                5/10     1.0 M rows/s\n',
      '  scan               10/10     1.0 M rows/s\n',
    ]);
    expect(written.join('')).not.toContain('\u001b');
  });

  test('a stage without tasks says nothing; its rate is its own, not that of the run', () => {
    const { written, send } = screen(false);
    send(3000, { stage: 'keys', tasksTotal: 0 });
    send(3000, { stage: 'join', tasksTotal: 1 });
    send(4000, {
      stage: 'join',
      tasksTotal: 1,
      tasksDone: 1,
      rows: 500_000,
      peakBytes: 612_000_000,
    });
    expect(written).toEqual(['  join                 1/1     500 k rows/s   peak 612 MB\n']);
  });
});

describe('bars', () => {
  test('are redrawn in place, and stay when they are full', () => {
    const { written, send, view } = screen(true);
    send(0, {});
    send(50, { tasksDone: 1 });
    send(200, { tasksDone: 5, rows: 1000 });
    send(250, { stage: 'join', tasksTotal: 2 });
    send(400, { tasksDone: 10, rows: 2000 });
    view.finish();
    const up = '\u001b[1A\u001b[0J';
    expect(written).toHaveLength(4);
    expect(written[1]).toContain(
      `${up}  scan             \u001b[32m${'█'.repeat(16)}${'░'.repeat(16)}\u001b[0m     5/10`,
    );
    expect(written[2]?.startsWith(`${up}  scan`)).toBe(true);
    expect(written[2]).toContain(`${'█'.repeat(32)}`);
    expect(written[2]?.split('\n')).toHaveLength(3);
    expect(written[3]).toBe(up);
  });
});

describe('what a stream can show', () => {
  const facts = { isTTY: true, columns: 80, env: {}, platform: 'linux' };
  test('colours need a screen and no NO_COLOR', () => {
    expect(styleOf(facts)).toEqual({ color: true, unicode: true, columns: 80 });
    expect(styleOf({ ...facts, columns: 0 }).columns).toBe(100);
    expect(styleOf({ ...facts, isTTY: false }).color).toBe(false);
    expect(styleOf({ ...facts, env: { NO_COLOR: '1' } }).color).toBe(false);
    expect(styleOf({ ...facts, env: { NO_COLOR: '' } }).color).toBe(true);
    expect(styleOf({ ...facts, env: { TERM: 'dumb' } }).color).toBe(false);
  });

  test('our symbols have ASCII forms; the names of users stay', () => {
    expect(styleOf({ ...facts, env: { TERM: 'linux' } }).unicode).toBe(false);
    expect(asciiOnly('✔ plan  größe · 1 …')).toBe('+ plan  größe | 1 ...');
  });
});
