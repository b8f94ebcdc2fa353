import type { Finding } from '@tessera/validators';
import { paint, type Style } from './style.js';

/**
 * Findings under the names of their layers:
 *
 *   schema
 *     error UNKNOWN_COLUMN  features/user-spend.ts › user_spend › sum('ammount')
 *       payments.transactions has no column `ammount`.
 *       Did you mean `amount`?
 */
export function findingLines(findings: readonly Finding[], style: Style): string[] {
  const layers = [...new Set(findings.map(({ layer }) => layer))];
  return layers.flatMap((layer) => [
    paint(style, 'bold', layer),
    ...findings.filter((one) => one.layer === layer).flatMap((one) => oneFinding(one, style)),
  ]);
}

export function oneFinding(
  { rule, severity, at, message, hint }: Finding,
  style: Style,
): readonly string[] {
  const colour = severity === 'error' ? 'red' : 'yellow';
  const head = paint(style, colour, `${severity} ${rule}`);
  return [
    `  ${head}${at === '' ? '' : `  ${at}`}`,
    ...[...message.split('\n'), ...hint.split('\n')]
      .filter((line) => line !== '')
      .map((line) => `    ${line}`),
  ];
}

/** `2 errors, 1 warning`. */
export function countsText(findings: readonly Finding[]): string {
  const of = (severity: Finding['severity']) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  };
  return `${of('error')}, ${of('warning')}`;
}
