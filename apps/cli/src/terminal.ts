import { asciiOnly, type Style } from './output/style.js';

/** Where a command writes. `out` is what humans (or, with `--json`, machines) read; `err` is progress and errors. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outStyle: Style;
  readonly errStyle: Style;
  /** True when `err` is a screen whose lines may be redrawn. */
  readonly live: boolean;
}

/** The facts that decide how to print, apart from the streams so that tests can state them. */
export interface TerminalFacts {
  readonly isTTY: boolean;
  readonly columns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

const DEFAULT_COLUMNS = 100;

/** How a stream may be written to: colours need a screen and no `NO_COLOR`; a pipe gets Unicode but never ANSI codes. */
export function styleOf(facts: TerminalFacts): Style {
  const { env } = facts;
  const dumb = env.TERM === 'dumb';
  const color = facts.isTTY && !dumb && (env.NO_COLOR ?? '') === '';
  // A terminal that was never given a size says 0.
  const columns = (facts.isTTY && facts.columns) || DEFAULT_COLUMNS;
  return { color, unicode: hasUnicode(facts), columns };
}

/** The Linux console has no glyphs for bars and ticks; old Windows consoles use a code page. Pipes are taken as UTF-8. */
function hasUnicode({ env, platform, isTTY }: TerminalFacts): boolean {
  if (platform !== 'win32') return env.TERM !== 'linux';
  return !isTTY || env.WT_SESSION !== undefined || env.TERM_PROGRAM === 'vscode';
}

/** The terminal of this process. A reader that goes away (`| head`) ends the output, not the run. */
export function processTerminal(): Terminal {
  const { env, platform } = process;
  const facts = (stream: NodeJS.WriteStream): TerminalFacts => ({
    isTTY: stream.isTTY === true,
    columns: stream.columns,
    env,
    platform,
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const outStyle = styleOf(facts(process.stdout));
  const errStyle = styleOf(facts(process.stderr));
  const writer = (stream: NodeJS.WriteStream, style: Style) => (text: string) => {
    stream.write(style.unicode ? text : asciiOnly(text));
  };
  return {
    out: writer(process.stdout, outStyle),
    err: writer(process.stderr, errStyle),
    outStyle,
    errStyle,
    live: errStyle.color,
  };
}
