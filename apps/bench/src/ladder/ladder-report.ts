import { formatBytes } from '../bytes.js';
import type { BenchData } from '../data.js';
import { type Both, ratioOf } from '../foretold.js';
import { foretoldFields } from '../report.js';
import { type Field, whereAndWhen } from '../where-and-when.js';
import { WINDOWS } from './features.js';
import type { Ladder, Rung } from './rungs.js';

export interface LadderOutline {
  readonly scale: number;
  readonly data: BenchData;
  readonly workers: number;
  readonly loadBefore: number;
}

/** The gains of the ladder: how many times faster each rung is than the one before. */
export interface Gains {
  readonly pruning: number;
  readonly tiles: number;
  /** The next day instead of the quarter, by tiles both. */
  readonly nextDay: number;
  readonly combined: number;
  /** With the tiles of the next day built too, as a daily run does. */
  readonly combinedAndBuilt: number;
  /** The same three rungs, where each publishes one day. */
  readonly dayPruning: number;
  readonly dayTiles: number;
  readonly dayCombined: number;
}

export function gainsOf({ rungs }: Ladder): Gains {
  const seconds = (name: string) => {
    const found = rungs.find((rung) => rung.name === name);
    if (found === undefined) throw new Error(`no rung ${name}`);
    return found.measured.seconds;
  };
  const gain = (from: string, to: string) => seconds(from) / seconds(to);
  return {
    pruning: gain('unpruned', 'pruned'),
    tiles: gain('pruned', 'tiled'),
    nextDay: gain('tiled', 'next_day'),
    combined: gain('unpruned', 'next_day'),
    combinedAndBuilt: seconds('unpruned') / (seconds('next_day') + seconds('day_build')),
    dayPruning: gain('day_unpruned', 'day_pruned'),
    dayTiles: gain('day_pruned', 'next_day'),
    dayCombined: gain('day_unpruned', 'next_day'),
  };
}

/** `5.61 s (0.97×)`: what was foretold, divided by what the run itself tells. */
const ratioText = (both: Both, text: (value: number) => string) =>
  `${text(both.estimate)} (${ratioOf(both).toFixed(2)}×)`;

const whole = (value: number) => value.toLocaleString('en');
const times = (factor: number) => `${factor.toFixed(factor < 10 ? 2 : 0)}×`;

export function ladderText({ data, workers }: LadderOutline, ladder: Ladder): string {
  const { events, leftRows, keys, days, seed } = data.spec;
  const gains = gainsOf(ladder);
  const header = [
    '',
    'time',
    'days',
    'rows read',
    'tiles read',
    'read',
    'peak',
    'CPU',
    'foretold',
    '',
  ];
  const rows = ladder.rungs.map(({ title, measured, counters, days: published, ...rung }) => [
    title,
    `${measured.seconds.toFixed(2)} s`,
    String(published),
    whole(counters.rowsScanned),
    whole(counters.tilesRead),
    formatBytes(rung.readBytes + rung.tileBytes),
    measured.peakBytes === null ? '?' : formatBytes(measured.peakBytes),
    measured.cpuSeconds === null ? '?' : `${measured.cpuSeconds.toFixed(1)} s`,
    ratioText(rung.foretold.seconds, (seconds) => `${seconds.toFixed(2)} s`),
    ratioText(rung.foretold.peakBytes, formatBytes),
  ]);
  const widths = header.map((_, i) =>
    Math.max(...[header, ...rows].map((cells) => cells[i]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ')}`;
  return [
    `ladder: ${whole(events)} events of ${whole(keys)} keys over ${days} days, ${whole(leftRows)} left rows, seed ${seed}; ${formatBytes(data.bytes)} in ${data.files} files`,
    `  ${5 * WINDOWS.length} features: count, sum, average, min, max over ${WINDOWS.join(', ')}; output written; ${workers} threads, 1 run`,
    `  ${whole(ladder.comparedFiles)} published files compared: all bytes equal`,
    line(header),
    ...rows.map(line),
    '  rows and bytes read are those of the plans; foretold are seconds from plan to end, and peak memory',
    `  gains: pruning ${times(gains.pruning)}, tiles ${times(gains.tiles)}, next day ${times(gains.nextDay)}; combined ${times(gains.combined)}, and ${times(gains.combinedAndBuilt)} with the next day's tiles built`,
    `  for one day each: pruning ${times(gains.dayPruning)}, tiles ${times(gains.dayTiles)}; combined ${times(gains.dayCombined)}`,
  ].join('\n');
}

/** Everything measured, as one flat object. */
export function ladderLine(outline: LadderOutline, ladder: Ladder): Record<string, Field> {
  const { scale, data, workers, loadBefore } = outline;
  const { events, leftRows, keys, days, seed } = data.spec;
  const line: Record<string, Field> = {
    ...{ benchmark: 'ladder', scale, seed, events, left_rows: leftRows, keys, days },
    ...{ data: data.id, input_bytes: data.bytes, input_files: data.files, workers },
    compared_files: ladder.comparedFiles,
  };
  for (const rung of ladder.rungs) Object.assign(line, rungFields(rung));
  for (const [name, gain] of Object.entries(gainsOf(ladder)))
    line[`gain_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`] = round(gain);
  return { ...line, ...whereAndWhen(loadBefore) };
}

function rungFields({ name, measured, counters, ...rung }: Rung): Record<string, Field> {
  return {
    [`${name}_s`]: round(measured.seconds),
    [`${name}_cpu_s`]: measured.cpuSeconds === null ? null : round(measured.cpuSeconds),
    [`${name}_peak_bytes`]: measured.peakBytes,
    [`${name}_days`]: rung.days,
    [`${name}_rows_read`]: counters.rowsScanned,
    [`${name}_files_read`]: counters.filesRead,
    [`${name}_bytes_read`]: rung.readBytes,
    [`${name}_tiles_read`]: counters.tilesRead,
    [`${name}_tile_bytes_read`]: rung.tileBytes,
    ...foretoldFields(name, rung.foretold),
  };
}

const round = (value: number) => Number(value.toFixed(3));
