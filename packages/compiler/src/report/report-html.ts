import type { LineageGraph } from '../lineage/graph.js';
import { REPORT_SCRIPT } from './report-script.js';
import { REPORT_STYLE } from './report-style.js';

/**
 * A graph as one HTML page that needs nothing else: no network, no files. Data stand in it as JSON, and everything that a user
 * named is put on the page as text.
 */
export function reportHtml(graph: LineageGraph, title: string): string {
  // `<` inside of a script would end it, or begin a comment.
  const data = JSON.stringify(graph).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
  <h1>${escaped(title)}</h1>
  <input id="search" type="search" placeholder="Search objects and columns" aria-label="Search">
  <span id="count" role="status"></span>
</header>
<main>
  <section id="graph" aria-label="Graph">
    <svg id="edges" aria-hidden="true"></svg>
    <div class="lane" data-kind="source"><h2>Sources</h2><ul></ul></div>
    <div class="lane" data-kind="groupBy"><h2>GroupBys</h2><ul></ul></div>
    <div class="lane" data-kind="join"><h2>Joins</h2><ul></ul></div>
  </section>
  <aside id="detail" aria-live="polite"><p class="hint">Click an object, then a column.</p></aside>
</main>
<script type="application/json" id="data">${data}</script>
<script>${REPORT_SCRIPT}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
