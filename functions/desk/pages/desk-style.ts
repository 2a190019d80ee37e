/** What the desk's pages look like beside what the report looks like, whose style sheet comes first. */
export const deskStyle = `
.desk main, .desk .top { max-width: 1080px; }
.desk main { padding-bottom: 32px; }
.desk .foot { max-width: 1080px; margin: 0 auto; padding: 0 24px 24px; color: var(--soft); }
.desk-top { flex-wrap: nowrap; padding-top: 10px; padding-bottom: 8px; }
.desk-top .brand { font-weight: 650; color: var(--ink); text-decoration: none; white-space: nowrap; padding: 6px 0; }
.desk-top nav { flex-wrap: nowrap; gap: 4px 16px; min-width: 0; }
.desk-top nav > a { padding: 6px 0; }
.desk-top a:hover { color: var(--link); }
.account { position: relative; min-width: 0; }
.account > summary { cursor: pointer; list-style: none; color: var(--soft); padding: 6px 0; max-width: 38vw; overflow: clip; text-overflow: ellipsis; white-space: nowrap; }
.account > summary::-webkit-details-marker { display: none; }
.account > summary::after { content: " ▾"; }
.account form { position: absolute; inset-inline-end: 0; top: 100%; z-index: 6; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px; box-shadow: var(--shadow); white-space: nowrap; }
.account button { border: 0; padding: 8px 14px; }
.request h1 { margin-bottom: 6px; }
.request > p { max-width: none; }
.terms, .receipt dl { grid-template-columns: max-content 1fr; gap: 4px 16px; align-items: baseline; }
.terms > div, .receipt dl > div { display: contents; }
.receipt dl { margin-bottom: 14px; }
.terms dt, .receipt dt { font-size: .86rem; }
a.button, .desk button.save { display: inline-block; border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 8px; padding: 7px 16px; text-decoration: none; font-size: .92rem; line-height: 1.4; }
a.button:hover { border-color: var(--accent-bar); }
a.button.save, .desk button.save { background: var(--ink); color: var(--card); border-color: var(--ink); font-weight: 600; }
.desk button.save:disabled { opacity: .55; cursor: default; }
.desk .buttons { flex-wrap: wrap; justify-content: start; align-items: center; margin: 12px 0 0; }
.desk .buttons button { padding: 7px 16px; }
.tasks { list-style: none; margin: 0; padding: 0; }
.task { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 8px 20px; padding: 12px 0; border-top: 1px solid var(--line); }
.task:first-child { border-top: 0; }
.task :is(h2, h3) { margin: 0 0 2px; display: block; }
.task p { margin: 0; }
.desk-tools { display: flex; flex-wrap: wrap; gap: 8px 16px; justify-content: space-between; align-items: center; margin-bottom: 12px; }
.desk-tools .shares { background: var(--card); }
.shares a.button { border: 0; background: none; padding: 4px 12px; border-radius: 8px; color: var(--soft); }
.shares a.button[aria-current] { background: var(--accent-ground); color: var(--accent); font-weight: 600; }
a.suggest { border-color: var(--accent-bar); color: var(--accent); background: var(--accent-ground); font-weight: 600; }
.asks { list-style: none; margin: 0; padding: 0; }
.group-head { display: flex; flex-wrap: wrap; gap: 4px 16px; justify-content: space-between; align-items: center; padding: 10px 4px 8px; }
.group-head h2 { margin: 0; }
.bulk { display: flex; gap: 8px; }
.bulk button { padding: 6px 14px; }
.ask { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 18px; margin-bottom: 10px; box-shadow: var(--shadow); display: grid; grid-template: "what judge" auto "more judge" 1fr / minmax(240px, 1fr) minmax(360px, 1.35fr); gap: 6px 28px; content-visibility: auto; contain-intrinsic-size: auto 170px; }
.ask:has(input[value=keep]:checked) { border-color: var(--good-bar); }
.ask:has(input[value=revoke]:checked) { border-color: var(--bad-bar); }
.ask:has(input[value=reassign]:checked) { border-color: var(--accent-bar); }
.ask .what { grid-area: what; min-width: 0; }
.ask .judge { grid-area: judge; min-width: 0; }
.ask .more { grid-area: more; align-self: start; }
.ask h3 { font-size: 1.02rem; }
.ask p { margin: 2px 0 0; }
.ask .lets { color: var(--soft); }
.ask .asked { font-weight: 500; }
.suggested { color: var(--accent); font-weight: 600; }
.state { color: var(--soft); font-size: .88rem; }
.answer { background: var(--quiet-ground); border-radius: 8px; padding: 6px 10px; }
.ask fieldset { border: 0; margin: 8px 0 0; padding: 0; min-width: 0; }
.choices { display: grid; grid-template-columns: 1fr 1fr auto auto; gap: 8px; }
.choices label { position: relative; display: grid; cursor: pointer; }
.choices input { position: absolute; z-index: 1; inset: 0 auto 0 0; width: 12px; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.choices span { display: grid; place-items: center; min-height: 40px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 10px; white-space: nowrap; font-size: .95rem; }
.choices .keep span { color: var(--good); border-color: color-mix(in srgb, var(--good) 40%, var(--card)); font-weight: 600; }
.choices .revoke span { color: var(--bad); border-color: color-mix(in srgb, var(--bad) 40%, var(--card)); font-weight: 600; }
.choices .other span { color: var(--soft); font-size: .88rem; }
.choices label:hover span { background: var(--quiet-ground); }
.choices .keep input:checked + span { background: var(--good); color: var(--card); border-color: var(--good); }
.choices .revoke input:checked + span { background: var(--bad); color: var(--card); border-color: var(--bad); }
.choices .other input:checked + span { background: var(--quiet-ground); color: var(--ink); border-color: var(--quiet-bar); font-weight: 600; }
.choices input:disabled + span { color: var(--soft); border-style: dashed; background: none; cursor: default; }
.choices input:focus-visible + span { outline: 2px solid var(--accent-bar); outline-offset: 2px; }
.effect { font-size: .88rem; }
.effect:is(.when-keep, .when-revoke, .when-reassign, .when-unsure) { display: none; color: var(--soft); }
.ask:has(input[value=keep]:checked) .when-keep, .ask:has(input[value=revoke]:checked) .when-revoke, .ask:has(input[value=reassign]:checked) .when-reassign, .ask:has(input[value=""][type=radio]:checked) .when-unsure { display: block; }
.cannot { color: var(--wait); font-size: .88rem; }
.more > summary { cursor: pointer; color: var(--soft); font-size: .86rem; width: max-content; padding: 4px 0; }
.more dl { grid-template-columns: 1fr; gap: 2px; margin-top: 6px; font-size: .88rem; }
.more dl > div { display: grid; grid-template-columns: 6em 1fr; }
.own-fields { margin-top: 8px; display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 8px 12px; }
.own-fields .field { margin: 0; }
.own-fields .field:has(.chips) { grid-column: 1 / -1; }
.desk .field label > span { font-size: .84rem; color: var(--soft); font-weight: 500; }
.desk :is(select, input:not([type=radio], [type=hidden])) { min-height: 36px; width: 100%; }
.for-all { border: 1px solid var(--line); background: var(--card); border-radius: 14px; padding: 10px 18px 14px; margin: 16px 0 0; }
.for-all legend { font-weight: 600; padding: 0 6px; }
.for-all-fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 10px 16px; }
.for-all .field { margin: 0; }
.submit-bar { position: sticky; bottom: 0; z-index: 5; margin: 16px -8px 0; background: var(--card); border: 1px solid var(--line); border-bottom: 0; border-radius: 14px 14px 0 0; box-shadow: 0 -6px 24px rgb(20 30 45 / 10%); padding: 8px 16px max(8px, env(safe-area-inset-bottom)); }
.submit-bar .bar-body { flex-wrap: nowrap; gap: 8px 16px; }
.submit-bar .progress { margin: 0; display: flex; flex-wrap: wrap; gap: 0 10px; align-items: center; font-size: .9rem; font-variant-numeric: tabular-nums; }
.submit-bar progress { width: 120px; height: 8px; accent-color: var(--accent-bar); }
.submit-bar button { white-space: nowrap; flex: none; }
.submit-bar .said, .submit-bar .notice { margin: 0 0 6px; }
.submit-bar .refused { max-height: 45vh; overflow: auto; margin: 0 0 8px; }
.submit-bar .refused h1 { font-size: 1.05rem; }
.submit-bar .refused section { border: 0; box-shadow: none; padding: 0; margin: 0; }
.after { margin-top: 24px; }
.after h2 { margin: 12px 0 4px; }
.after ul { margin: 0; padding-inline-start: 1.2em; }
.refusal .faults { margin: 8px 0 0; padding-inline-start: 1.2em; }
.desk .folded > summary { flex-wrap: nowrap; }
.source h3 { display: block; margin: 14px 0 4px; }
.source summary h3 { display: inline; margin: 0; }
.source .folded { margin-top: 14px; }
.source h3 ~ form { margin-top: 8px; }
.holds, .holds ul { margin: 0; padding-inline-start: 1.2em; }
.source dl { grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); }
.verdicts { margin: 0 0 10px; padding-inline-start: 1.2em; }
.verdict-form textarea { width: 100%; }
.side-by-side { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px; align-items: start; }
h2.below { margin-top: 16px; }
html:not(.ready) .needs-script { display: none; }
@media screen and (max-width: 860px) {
  .desk :is(main, .top, .foot) { padding-left: 12px; padding-right: 12px; }
  .desk .request { padding: 10px 14px; margin-bottom: 10px; }
  .desk h1 { font-size: 1.25rem; }
  .request > p { font-size: .92rem; margin-bottom: 6px; }
  .terms dd { font-size: .92rem; }
  .terms { grid-template-columns: fit-content(4.6em) 1fr; gap: 4px 8px; }
  .desk-tools { margin-bottom: 8px; gap: 6px; }
  .ask { grid-template: "what" auto "judge" auto "more" auto / 1fr; gap: 4px; padding: 12px 14px; contain-intrinsic-size: auto 240px; }
  .choices { gap: 6px; }
  .choices span { padding: 4px 8px; min-height: 44px; }
  .ask .lets { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: clip; }
  .submit-bar { margin: 12px -12px 0; border-inline: 0; border-radius: 0; }
  .submit-bar progress { width: 72px; }
  .side-by-side { grid-template-columns: 1fr; }
  .desk td { grid-template-columns: 6em 1fr; }
  .desk td:empty { display: none; }
}
@media print {
  .submit-bar, .desk-tools, .choices, .for-all, .desk-top nav { display: none; }
  .ask { break-inside: avoid; box-shadow: none; content-visibility: visible; }
}
`;
