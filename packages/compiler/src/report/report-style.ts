export const REPORT_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dce3, #3a414d); --soft: light-dark(#6a7280, #98a1af);
  --face: light-dark(#fff, #1b1f26); --page: light-dark(#f4f6f9, #12151a); --mark: light-dark(#1858c4, #7db1ff);
  --warn: light-dark(#a85b00, #ffb454); --text: light-dark(#1b1f26, #e6e9ee); }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); height: 100vh;
  display: flex; flex-direction: column; }
header { display: flex; gap: 16px; align-items: center; padding: 10px 18px; background: var(--face); border-bottom: 1px solid var(--line); }
h1 { font-size: 17px; margin: 0; }
h2 { font-size: 12px; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); margin: 0 0 8px;
  position: sticky; top: 0; background: var(--page); padding: 4px 0; z-index: 2; }
#search { flex: 0 1 340px; font: inherit; padding: 6px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; }
#count { color: var(--soft); }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(340px, 40%); }
#graph { position: relative; overflow: auto; display: flex; gap: 70px; align-items: flex-start; padding: 12px 18px; }
#edges { position: absolute; top: 0; left: 0; pointer-events: none; z-index: 0; }
#edges path { fill: none; stroke: var(--line); stroke-width: 1.2; }
#edges path.on { stroke: var(--mark); stroke-width: 1.8; }
.lane { flex: 1 1 0; min-width: 150px; max-width: 260px; z-index: 1; }
.lane ul { list-style: none; margin: 0; padding: 0; }
.node { display: block; width: 100%; text-align: left; font: inherit; color: inherit; background: var(--face); cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: 5px 9px; margin: 0 0 6px; overflow-wrap: anywhere; }
.node small { color: var(--soft); display: block; }
.node.on { border-color: var(--mark); box-shadow: 0 0 0 1px var(--mark); }
.node.far { opacity: .35; }
.node.warned { border-left: 4px solid var(--warn); }
.node.deprecated b { text-decoration: line-through; }
[hidden] { display: none !important; }
#detail { overflow: auto; border-left: 1px solid var(--line); background: var(--face); padding: 14px 18px; }
#detail h3 { margin: 0 0 2px; font-size: 17px; overflow-wrap: anywhere; }
.hint, .meta { color: var(--soft); }
.warning { border-left: 4px solid var(--warn); padding: 4px 10px; margin: 8px 0; background: var(--page); }
.columns { border-collapse: collapse; width: 100%; margin: 10px 0; }
.columns td { border-top: 1px solid var(--line); padding: 3px 6px 3px 0; vertical-align: top; overflow-wrap: anywhere; }
.columns td:nth-child(2), .columns td:nth-child(3) { color: var(--soft); white-space: nowrap; overflow-wrap: normal; }
.column { font: inherit; color: var(--mark); background: none; border: 0; padding: 0; cursor: pointer; text-align: left; overflow-wrap: anywhere; }
.path { margin: 10px 0; padding: 8px 12px; background: var(--page); border-radius: 6px; }
.path ol { margin: 4px 0 4px 18px; padding: 0; }
code { font-family: ui-monospace, monospace; font-size: 12.5px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 8px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
`;
