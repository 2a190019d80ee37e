/** The look of `report.html`: light and dark, wide and narrow, and on paper. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5b6470; --line: #dde1e6; --link: #1456b8;
  --good: #17663a; --good-ground: #e0f3e7; --bad: #a11621; --bad-ground: #fde5e6;
  --wait: #7a4b00; --wait-ground: #fdf0d3; --quiet: #4a5360; --quiet-ground: #e9ecef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --card: #1d2126; --ink: #e7eaee; --soft: #a0a9b4; --line: #343a42; --link: #8ab8ff;
    --good: #8fdcae; --good-ground: #143524; --bad: #ff9ea4; --bad-ground: #47191d;
    --wait: #f3cd7f; --wait-ground: #3d2f10; --quiet: #c0c8d1; --quiet-ground: #2c323a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 1280px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0 0 12px; }
h2 { font-size: 1.1rem; margin: 0 0 10px; }
p { margin: 0 0 10px; max-width: 90ch; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: .88em; }
pre { background: var(--quiet-ground); padding: 10px 12px; border-radius: 6px; white-space: pre-wrap; margin: 0 0 10px; }
p:last-child, pre:last-child, .notice:last-child { margin-bottom: 0; }
section, header { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 16px; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 8px 24px; margin: 0; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; }
.small { color: var(--soft); font-size: .85rem; }
.notice { background: var(--wait-ground); color: var(--wait); padding: 8px 12px; border-radius: 6px; margin: 12px 0; font-weight: 600; max-width: none; }
.notice.grave { background: var(--bad-ground); color: var(--bad); }
time { white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; }
.figure { border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.figure h3 { font-size: .85rem; font-weight: 500; margin: 0; }
.figure strong { display: block; font-size: 1.9rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figure p { color: var(--soft); font-size: .82rem; margin: 0; }
.figure.alarm { background: var(--bad-ground); border-color: var(--bad); }
.figure.alarm :is(a, strong, p) { color: var(--bad); }
.tallies { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 0 16px; }
.tallies td + td, .tallies th + th { text-align: end; padding-inline-end: 0; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border-radius: 5px; padding: 0 7px; font-size: .84rem; font-weight: 600; }
.good { background: var(--good-ground); color: var(--good); }
.bad { background: var(--bad-ground); color: var(--bad); }
.wait { background: var(--wait-ground); color: var(--wait); }
.quiet { background: var(--quiet-ground); color: var(--quiet); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-size: .82rem; font-weight: 600; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
td ul { margin: 0; padding-inline-start: 1.1em; }
td li:only-child { list-style: none; margin-inline-start: -1.1em; }
.grants { min-width: 980px; }
.grants td:nth-child(1) { width: 17%; } .grants td:nth-child(2) { width: 15%; } .grants td:nth-child(3) { width: 18%; }
.grants td:nth-child(4) { width: 13%; } .grants td:nth-child(5) { width: 19%; }
.group th { background: var(--quiet-ground); padding-inline-start: 12px; }
@media (max-width: 720px) {
  main { padding: 10px 8px 40px; }
  section, header { padding: 14px; }
  .tallies { grid-template-columns: 1fr; }
  .grants { min-width: 0; }
  table, tbody, tr, td, .group th { display: block; }
  thead { display: none; }
  .grants td:nth-child(n) { width: auto; }
  .tallies td + td { text-align: start; }
  td { display: grid; grid-template-columns: 7.5em 1fr; gap: 0 8px; border: 0; padding: 3px 0; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .82rem; grid-row: 1 / span 20; }
  td > * { grid-column: 2; justify-self: start; }
  tbody tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
}
@media print {
  body { background: #fff; color: #000; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section, header { border: 0; padding: 0 0 12pt; }
  .wide { overflow: visible; }
  .grants { min-width: 0; }
  tr, .figure { break-inside: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
  .badge { border: 1px solid; }
}
`;
