/** The look of the pages: light and dark, wide and narrow, and on paper. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #fff; --ink: #1c2128; --soft: #59626e; --line: #e2e6eb; --link: #1456b8; --track: #edf0f3;
  --good: #17663a; --good-ground: #e3f4e9; --good-bar: #43a36b;
  --bad: #a11621; --bad-ground: #fde8e9; --bad-bar: #d5535c;
  --wait: #7a4b00; --wait-ground: #fdf1d8; --wait-bar: #e0a63c;
  --quiet: #4a5360; --quiet-ground: #e9ecf0; --quiet-bar: #a3adb8;
  --accent: #1456b8; --accent-ground: #e6effb; --accent-bar: #5b8fd9;
  --shadow: 0 1px 2px rgb(20 30 45 / 6%), 0 6px 20px rgb(20 30 45 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121519; --card: #1b1f25; --ink: #e7eaee; --soft: #a3acb7; --line: #2e343c; --link: #8ab8ff; --track: #2a3037;
    --good: #8fdcae; --good-ground: #153323; --good-bar: #4fa876;
    --bad: #ff9ea4; --bad-ground: #43191d; --bad-bar: #d2616a;
    --wait: #f3cd7f; --wait-ground: #3a2d11; --wait-bar: #c4963f;
    --quiet: #c0c8d1; --quiet-ground: #2b3138; --quiet-bar: #6d7884;
    --accent: #9cc2ff; --accent-ground: #1b2c44; --accent-bar: #5b8fd9;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%);
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 12px; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif;
}
body:has(#language-zh:checked) .in-en, body:has(#language-en:checked) .in-zh { display: none; }
span.in-zh, span.in-en { display: inline; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
main, .top { max-width: 1320px; margin: 0 auto; padding: 0 24px; }
main { padding-bottom: 96px; }
.top { display: flex; flex-wrap: wrap; gap: 8px 24px; justify-content: space-between; align-items: center; padding-top: 20px; padding-bottom: 14px; }
.tools, nav { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--link); text-decoration: underline; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 0 0 12px; }
h3 { font-size: .95rem; margin: 0; display: inline; }
p { margin: 0 0 10px; max-width: 90ch; }
.top p { margin: 2px 0 0; max-width: none; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: .88em; }
pre { background: var(--quiet-ground); padding: 10px 12px; border-radius: 8px; white-space: pre-wrap; margin: 0 0 12px; user-select: all; }
p:last-child, pre:last-child, .notice:last-child { margin-bottom: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 20px; margin-bottom: 16px; box-shadow: var(--shadow); }
section.overview { background: none; border: 0; padding: 0; box-shadow: none; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 8px 24px; margin: 0; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; }
.small { color: var(--soft); font-size: .84rem; }
.notice { background: var(--wait-ground); color: var(--wait); padding: 8px 12px; border-radius: 8px; margin: 0 0 12px; font-weight: 600; max-width: none; }
.notice.grave { background: var(--bad-ground); color: var(--bad); }
time { white-space: nowrap; }
.languages { border: 1px solid var(--line); border-radius: 999px; padding: 2px; margin: 0; display: flex; background: var(--card); }
.languages input { position: absolute; opacity: 0; }
.languages span { display: block; padding: 2px 12px; border-radius: 999px; font-size: .86rem; cursor: pointer; color: var(--soft); }
.languages input:checked + span { background: var(--ink); color: var(--card); }
.verdict { border-radius: 14px; padding: 14px 18px; font-size: 1.12rem; font-weight: 600; margin: 0 0 14px; max-width: none; }
.figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin-bottom: 12px; }
.figure { display: block; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 12px 16px; text-decoration: none; color: var(--ink); box-shadow: var(--shadow); }
.figure:hover { border-color: var(--accent-bar); }
.figure span { color: var(--soft); font-size: .88rem; }
.figure strong { display: block; font-size: 1.9rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.figure small { display: block; color: var(--soft); font-size: .8rem; min-height: 1.4em; line-height: 1.4; }
.figure.bad { background: var(--bad-ground); border-color: var(--bad-bar); }
.figure.bad :is(span, strong, small) { color: var(--bad); }
.charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin-bottom: 12px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 18px 10px; box-shadow: var(--shadow); }
.chart { display: block; width: 100%; max-width: 480px; height: auto; font-family: inherit; }
.chart a:hover text { text-decoration: underline; }
.proofs { list-style: none; margin: 0 0 16px; padding: 0; display: flex; flex-wrap: wrap; gap: 6px 18px; color: var(--soft); font-size: .88rem; }
.badge { display: inline-block; border-radius: 6px; padding: 0 8px; font-size: .82rem; font-weight: 600; }
.good { background: var(--good-ground); color: var(--good); }
.bad { background: var(--bad-ground); color: var(--bad); }
.wait { background: var(--wait-ground); color: var(--wait); }
.quiet { background: var(--quiet-ground); color: var(--quiet); }
.quiet-text { color: var(--soft); }
.folded { border-top: 1px solid var(--line); padding: 9px 0; }
.folded > summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; list-style-position: inside; }
.folded > summary::before { content: "›"; color: var(--soft); display: inline-block; width: .8em; }
.folded[open] > summary::before { transform: rotate(90deg); }
.folded > summary::-webkit-details-marker { display: none; }
.folded > summary { list-style: none; }
.folded > div { padding: 12px 0 6px 20px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-size: .82rem; font-weight: 600; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
td ul { margin: 0; padding-inline-start: 1.1em; }
td li:only-child { list-style: none; margin-inline-start: -1.1em; }
.grant-table { min-width: 980px; }
.one-line { white-space: nowrap; }
.digest { display: block; max-width: 34ch; }

button, select, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 1px solid var(--line); background: var(--card); border-radius: 8px; padding: 3px 12px; font-size: .88rem; }
button.keep { color: var(--good); border-color: color-mix(in srgb, var(--good) 35%, var(--card)); }
button.revoke { color: var(--bad); border-color: color-mix(in srgb, var(--bad) 35%, var(--card)); }
button.keep:hover { background: var(--good-ground); }
button.revoke:hover { background: var(--bad-ground); }
button.plain, button.link { border-color: transparent; background: none; color: var(--soft); }
button.plain:hover { background: var(--quiet-ground); color: var(--ink); }
button.link { padding: 0; text-decoration: underline; color: var(--link); font-size: inherit; }
button.save { background: var(--ink); color: var(--card); border-color: var(--ink); font-weight: 600; }
:focus-visible, .languages input:focus-visible + span { outline: 2px solid var(--accent-bar); outline-offset: 2px; }
select, input:not([type=checkbox], [type=radio]), textarea { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; min-width: 0; }
input[type=checkbox] { width: 17px; height: 17px; accent-color: var(--accent-bar); margin: 0; }

#grants { position: relative; margin-block: 30px; scroll-margin-top: 14px; padding-block: 4px; border-block: 0; border-radius: 0; box-shadow: none; }
#grants::before, #grants::after { content: ""; position: absolute; inset-inline: -1px; height: 14px; background: var(--card); border: 1px solid var(--line); }
#grants::before { bottom: 100%; border-bottom: 0; border-radius: 14px 14px 0 0; }
#grants::after { top: 100%; border-top: 0; border-radius: 0 0 14px 14px; }
.toolbar { position: sticky; top: 0; z-index: 3; background: var(--card); padding: 8px 0; margin: -8px 0 4px; }
.finding { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; }
.finding input { flex: 1 1 260px; }
.finding > div { min-width: 0; max-width: 100%; }
.shown { margin: 0; color: var(--soft); font-size: .88rem; font-variant-numeric: tabular-nums; }
.shares { display: flex; border: 1px solid var(--line); border-radius: 10px; padding: 2px; gap: 2px; flex-wrap: wrap; }
.shares button { border: 0; border-radius: 8px; background: none; }
.shares button[aria-pressed=true] { background: var(--accent-ground); color: var(--accent); font-weight: 600; }
.shares .count { color: var(--soft); font-size: .82em; font-weight: 400; font-variant-numeric: tabular-nums; }
.shares button[aria-pressed=true] .count { color: inherit; }
.filters > summary { cursor: pointer; color: var(--soft); font-size: .86rem; margin-top: 6px; width: max-content; }
.filters > div { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 8px 12px; padding-top: 6px; }
.choice { display: grid; font-size: .8rem; color: var(--soft); }
.choice select { font-size: .88rem; color: var(--ink); text-overflow: ellipsis; }
.note:empty, .nothing:empty { display: none; }
.nothing { padding: 28px; text-align: center; color: var(--soft); max-width: none; }

.rows { --row-height: 86px; display: flow-root; overflow-anchor: none; }
.row { display: grid; grid-template-columns: 56px minmax(150px, 1.05fr) minmax(150px, 1.15fr) minmax(190px, 1.7fr) minmax(120px, .9fr) 182px; gap: 0 14px; min-height: 86px; border-bottom: 1px solid var(--line); padding: 9px 6px; align-content: start; }
@media screen and (min-width: 861px) {
  .sealed .row { grid-template-columns: 32px minmax(150px, 1.05fr) minmax(150px, 1.15fr) minmax(190px, 1.7fr) minmax(150px, 1.2fr); }
}
.sealed .cell.decision { display: none; }
.row:not(.head, .expanded) { height: 86px; overflow: clip; cursor: pointer; }
.row:not(.head):hover { background: color-mix(in srgb, var(--quiet-ground) 45%, transparent); }
.row.selected { background: var(--accent-ground); }
.row.head { min-height: 0; padding: 4px 6px; color: var(--soft); font-size: .82rem; font-weight: 600; align-items: center; }
.cell { min-width: 0; }
.cell.controls { display: flex; gap: 10px; align-items: start; padding-top: 4px; }
.head .cell.controls { padding: 0 0 0 29px; }
.only-phone { display: none; }
.row .first { font-weight: 600; }
.row:not(.expanded) :is(.first, .small) { white-space: nowrap; overflow: clip; text-overflow: ellipsis; }
.row:not(.expanded) :is(.reasons, .standing) { max-height: 68px; overflow: clip; }
.row:not(.expanded) :is(.reasons, .standing) .small { white-space: normal; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.row:not(.expanded) .why { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: clip; }
.row .badge { max-width: 100%; overflow: clip; text-overflow: ellipsis; vertical-align: bottom; }
.row .standing .badge, .detail .badge { white-space: normal; }
.chevron { border: 0; background: none; padding: 0 6px; font-size: 1.15rem; line-height: 1.1; color: var(--soft); }
.chevron[aria-expanded=true] { transform: rotate(90deg); }
.cell.decision { display: flex; flex-wrap: wrap; gap: 4px 6px; align-content: start; align-items: center; }
.cell.decision .plain { padding: 0 7px; line-height: 1.4; }
.cell.decision .clip { flex: 1 1 100%; min-width: 0; }
.detail { grid-column: 2 / -1; display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 14px 24px; padding: 12px 0 8px; cursor: auto; }
.detail h3 { display: block; color: var(--soft); font-size: .8rem; font-weight: 600; margin-bottom: 2px; }
.detail ul { margin: 0; padding: 0; list-style: none; font-size: .9rem; }
.detail li + li { margin-top: 3px; }

.decision-bar { position: fixed; inset: auto 0 0; z-index: 5; background: var(--card); border-top: 1px solid var(--line); box-shadow: 0 -6px 24px rgb(20 30 45 / 10%); padding: 10px 24px; }
.decision-bar[hidden] { display: none; }
.bar-body { max-width: 1272px; margin: 0 auto; display: flex; flex-wrap: wrap; gap: 8px 28px; justify-content: space-between; align-items: center; }
.group { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; }
.group:last-child { margin-inline-start: auto; }
.said { max-width: 1272px; margin: 0 auto 6px; color: var(--soft); font-size: .88rem; user-select: text; }
.said:empty { display: none; }
dialog { border: 1px solid var(--line); border-radius: 16px; padding: 22px 24px; background: var(--card); color: var(--ink); width: min(480px, calc(100vw - 24px)); box-shadow: 0 24px 80px rgb(0 0 0 / 30%); }
dialog::backdrop { background: rgb(15 20 28 / 45%); }
.field { margin-bottom: 14px; }
.field label { display: grid; gap: 4px; }
.field label > span { font-weight: 600; font-size: .9rem; }
.field .small { margin: 4px 0 0; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
.chip { border-radius: 999px; font-size: .82rem; padding: 1px 12px; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip:hover { border-color: var(--accent-bar); }
.fault { color: var(--bad); font-weight: 600; }
.buttons { display: flex; justify-content: end; gap: 8px; }
.buttons button { padding: 6px 18px; }

@media screen and (max-width: 1080px) {
  .figures { grid-template-columns: repeat(3, 1fr); }
  .charts { grid-template-columns: repeat(2, 1fr); }
}
@media screen and (max-width: 860px) {
  main, .top { padding-left: 12px; padding-right: 12px; }
  section { padding: 14px; }
  .charts { grid-template-columns: 1fr; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 8px; }
  .figure { padding: 10px 12px; }
  .figure strong { font-size: 1.5rem; }
  .toolbar { position: static; }
  .rows { --row-height: 250px; }
  .row { grid-template-columns: 30px 1fr; gap: 3px 8px; min-height: 250px; grid-auto-rows: max-content; padding: 12px 2px; }
  .row:not(.head, .expanded) { height: 250px; }
  .row.head { display: flex; min-height: 0; }
  .row.head .cell:not(.controls) { display: none; }
  .row.head .cell.controls { flex-direction: row; padding: 4px 5px; align-items: center; }
  .only-phone { display: inline; }
  .shares { flex-wrap: nowrap; overflow-x: auto; max-width: 100%; }
  .shares button { padding: 3px 8px; white-space: nowrap; }
  .cell.standing { display: flex; gap: 0 10px; flex-wrap: wrap; align-items: baseline; }
  .row:not(.expanded) .reasons .small { -webkit-line-clamp: 1; }
  .decision-bar .who { display: none; }
  .bar-body, .group { gap: 4px 10px; }
  .row .cell { grid-column: 2; }
  .row .cell.controls { grid-column: 1; grid-row: 1 / span 4; flex-direction: column-reverse; justify-content: flex-end; gap: 14px; align-items: center; }
  .row .cell.controls .chevron { padding: 2px 8px; }
  .cell.holder .small:last-child:not(:nth-child(2)) { display: none; }
  .cell.decision button { padding: 6px 20px; font-size: .95rem; }
  .detail, .row .detail { grid-column: 1 / -1; padding-left: 8px; }
  .decision-bar { padding: 10px 12px; }
  .grant-table { min-width: 0; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  td { display: grid; grid-template-columns: 7.5em 1fr; gap: 0 8px; border: 0; padding: 3px 0; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .82rem; grid-row: 1 / span 20; }
  td > * { grid-column: 2; justify-self: start; }
  tbody tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
}
@page { @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@media print {
  details::details-content { display: block; content-visibility: visible; }
  :root { color-scheme: light; }
  body { background: #fff; color: #000; font-size: 9.5pt; }
  main, .top { max-width: none; padding: 0; }
  section, figure, .figure { box-shadow: none; }
  section { border: 0; padding: 0 0 10pt; }
  #grants { margin-block: 0; border: 0; padding: 0 0 10pt; }
  #grants::before, #grants::after { content: none; }
  .tools, .toolbar, .decision-bar, .cell.controls, .row button, .chevron { display: none; }
  .figures { grid-template-columns: repeat(6, 1fr); gap: 6pt; }
  .figure strong { font-size: 15pt; }
  .charts { grid-template-columns: repeat(3, 1fr); gap: 6pt; }
  .wide { overflow: visible; }
  .grant-table { min-width: 0; }
  tr, .figure, figure, .row { break-inside: avoid; }
  summary { break-after: avoid; }
  thead { display: table-header-group; }
  thead th, .one-line { white-space: normal; }
  th, td { overflow-wrap: break-word; padding-right: 6pt; }
  td code { overflow-wrap: anywhere; }
  td, td :is(.small, .badge), thead th { font-size: 8pt; }
  a { color: inherit; text-decoration: none; }
  .badge { border: 1px solid; }
  .row { grid-template-columns: 1.1fr 1.2fr 1.8fr 1fr .9fr; gap: 0 8pt; min-height: 0; padding: 4pt 0; }
  .sealed .row { grid-template-columns: 1.1fr 1.2fr 1.8fr 1.2fr; }
  .row:not(.head, .expanded) { height: auto; overflow: visible; }
  .row:not(.expanded) :is(.first, .small) { white-space: normal; }
  .row:not(.expanded) :is(.reasons, .standing) { max-height: 68px; overflow: hidden; }
.row:not(.expanded) :is(.reasons, .standing) .small { white-space: normal; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.row:not(.expanded) .why { display: block; }
  .detail { grid-column: 1 / -1; }
}
`;
