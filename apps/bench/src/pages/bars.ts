/** One bar of a chart; its text stands behind it. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  /** Ours, someone else's, or a floor. */
  readonly tone: 'own' | 'other' | 'floor';
  /** The value is only a lower bound. */
  readonly isAtLeast?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** A limit, drawn across all bars. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const [ROW, BAR, TOP, LABEL, PLOT, TEXT] = [26, 16, 34, 230, 360, 210] as const;
/** Legible on a page of any colour. */
const COLOURS = { own: '#1a7f64', other: '#9a6700', floor: '#8c959f', ink: '#768390' } as const;
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/** Horizontal bars on one linear scale that begins at 0, as an SVG without scripts, fonts or links. */
export function barsSvg({ title, bars, limit }: Chart): string {
  const most = Math.max(...bars.map(({ value }) => value), limit?.value ?? 0, Number.MIN_VALUE);
  const x = (value: number) => Number(((value / most) * PLOT).toFixed(1));
  const [width, height] = [LABEL + PLOT + TEXT, TOP + bars.length * ROW + (limit ? 20 : 6)];
  const rows = bars.map((bar, i) => {
    const y = TOP + i * ROW;
    const long = Math.max(x(bar.value), 1);
    const open = bar.isAtLeast === true ? ' stroke-dasharray="4 3" fill-opacity="0.35"' : '';
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end" fill="${COLOURS.ink}">${escaped(bar.label)}</text>`,
      `<rect x="${LABEL}" y="${y}" width="${long}" height="${BAR}" rx="2" fill="${COLOURS[bar.tone]}" stroke="${COLOURS[bar.tone]}"${open}/>`,
      `<text x="${LABEL + long + 6}" y="${y + 13}" fill="${COLOURS.ink}">${escaped(bar.text)}</text>`,
    ].join('\n');
  });
  const bottom = TOP + bars.length * ROW;
  const line =
    limit === undefined
      ? []
      : [
          `<line x1="${LABEL + x(limit.value)}" x2="${LABEL + x(limit.value)}" y1="${TOP - 6}" y2="${bottom}" stroke="${COLOURS.ink}" stroke-dasharray="3 3"/>`,
          `<text x="${LABEL + x(limit.value)}" y="${bottom + 13}" text-anchor="middle" fill="${COLOURS.ink}">${escaped(limit.label)}</text>`,
        ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    `<text x="8" y="18" font-weight="bold" fill="${COLOURS.ink}">${escaped(title)}</text>`,
    ...rows,
    ...line,
    '</svg>',
    '',
  ].join('\n');
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
