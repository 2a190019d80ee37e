/** The look of the list of grants and of deciding on them, within the style sheet. */
export const listStyles = `\
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
`;
