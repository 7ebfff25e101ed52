/** The page's looks, light and dark: `light-dark()` follows the reader's system, or the button on the page. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #131418);
  --raised: light-dark(#ffffff, #1b1d22);
  --line: light-dark(#e4e1da, #30333b);
  --text: light-dark(#1d1e22, #ebeae6);
  --soft: light-dark(#62636b, #a3a5ae);
  --accent: light-dark(#2f5fd0, #86a9ff);
  --heat: light-dark(#2047a8, #466dd6);
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', 'Book Antiqua', Georgia, serif;
  --sans: ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.6 var(--sans); }
main { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem 6rem; }
section { margin-top: 5.5rem; }
h1, h2 { font-family: var(--serif); font-weight: 500; letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(2.1rem, 6vw, 3.6rem); line-height: 1.08; margin: 0.3rem 0 2rem; max-width: 22ch; }
h2 { font-size: 1.85rem; line-height: 1.2; margin: 0 0 0.5rem; }
h3 { font-size: 0.95rem; font-weight: 600; margin: 0; }
p { margin: 0 0 1rem; }
dl, dd, ul, ol, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: inherit; }
code, pre { font-family: var(--mono); font-size: 0.86em; overflow-wrap: anywhere; }
pre { overflow: auto; max-height: 28rem; margin: 0; padding: 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.lede { color: var(--soft); max-width: 44rem; margin-bottom: 2rem; }
.small, .note { color: var(--soft); font-size: 0.82rem; line-height: 1.45; margin: 0; }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
.scroll { overflow-x: auto; }
.notice { border: 1px solid var(--line); border-left: 3px solid var(--accent); background: var(--raised); border-radius: 8px; padding: 1.1rem 1.3rem; margin: 2rem 0 1.5rem; }
[hidden] { display: none !important; }
button { font: inherit; font-size: 0.85rem; color: inherit; background: none; border: 1px solid var(--line); border-radius: 99px; padding: 0.25rem 0.8rem; cursor: pointer; }
button:hover { border-color: var(--soft); }

nav { position: sticky; top: 0; z-index: 2; display: flex; gap: 1rem; align-items: center; justify-content: space-between; padding: 0.6rem max(1.5rem, calc(50vw - 33.5rem)); background: color-mix(in srgb, var(--ground) 88%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line); }
nav ul { display: flex; gap: 1.3rem; overflow-x: auto; scrollbar-width: none; }
nav a { font-size: 0.88rem; color: var(--soft); text-decoration: none; white-space: nowrap; }
nav a:hover { color: var(--text); }
nav button { white-space: nowrap; flex: none; }

.headline { padding-top: clamp(2.5rem, 7vw, 5.5rem); }
.eyebrow { font-size: 0.9rem; color: var(--accent); font-weight: 600; margin: 0; }
.facts { display: flex; flex-wrap: wrap; gap: 0.8rem 2.6rem; }
.facts dt, .figures dt { font-size: 0.8rem; color: var(--soft); }
.facts dd { font-size: 0.95rem; overflow-wrap: anywhere; }
.strip { display: flex; flex-wrap: wrap; gap: 4px; height: var(--tile); overflow: hidden; margin-top: 2.4rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 2rem 1.5rem; margin-top: 2.8rem; padding-top: 1.8rem; border-top: 1px solid var(--line); }
.figures dd { font: 500 2.7rem/1.15 var(--serif); font-variant-numeric: lining-nums; letter-spacing: -0.02em; }
.figures small { font-size: 0.5em; color: var(--soft); margin-left: 0.12em; letter-spacing: 0; }
.figures .beside { font: 0.82rem/1.4 var(--sans); color: var(--soft); letter-spacing: 0; }

.tile { display: inline-block; flex: none; width: var(--tile); height: var(--tile); border-radius: 4px; background-size: var(--atlas-width) auto; background-position: calc(var(--x) * var(--tile) * -1) calc(var(--y) * var(--tile) * -1); image-rendering: pixelated; }
.tile.odd { position: relative; }
.tile.odd::after, .text.odd::after, .odd-key::before { content: ''; width: 9px; height: 9px; border-radius: 50%; background: #ff9d2e; border: 1.5px solid #2a1600; }
.tile.odd::after { position: absolute; top: 4px; right: 4px; }
.tile.sound { appearance: none; border: 0; padding: 0; position: relative; cursor: pointer; background-color: var(--line); }
.tile.blank { background-image: none; }
.tile.sound::before { content: ''; position: absolute; left: 6px; bottom: 6px; border-style: solid; border-width: 6px 0 6px 10px; border-color: transparent transparent transparent #fff; filter: drop-shadow(0 0 2px #000); }
.tile.sound.playing { outline: 3px solid var(--accent); }
.tile.sound.playing::before { border-width: 0 3px; border-color: #fff; width: 4px; height: 11px; }
.text { flex: 1 1 14rem; max-width: 24rem; padding: 0.4rem 0.6rem; border: 1px solid var(--line); border-radius: 4px; font-size: 0.85rem; line-height: 1.35; overflow-wrap: anywhere; white-space: pre-line; position: relative; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
.text.odd::after { position: absolute; top: 4px; right: 4px; }
.query .text { -webkit-line-clamp: 8; }
.query:has(.text) { width: 13rem; }
.odd-key { white-space: nowrap; }
.odd-key::before { display: inline-block; margin-right: 0.35em; }
.tiles { display: flex; flex-wrap: wrap; gap: 4px; align-content: start; }
.classes > li { display: grid; grid-template-columns: 10rem 1fr; gap: 1rem 2rem; padding: 1.6rem 0; border-top: 1px solid var(--line); }
.class-facts h3::before { content: ''; display: inline-block; width: 0.65em; height: 0.65em; border-radius: 50%; background: var(--class); margin-right: 0.5em; }
.majority { font: 1.35rem/1.3 var(--serif); margin: 0.15rem 0 0; overflow-wrap: anywhere; }
.majority b { font-weight: 500; }
.majority { color: var(--soft); }
.majority b { color: var(--text); }
.mix { display: flex; gap: 1px; height: 8px; margin: 0.6rem 0; border-radius: 4px; overflow: hidden; }
.mix i { flex-basis: 0; }

.switch { display: inline-flex; gap: 0.4rem; margin-bottom: 1rem; }
button[aria-pressed='true'] { background: var(--text); color: var(--ground); border-color: var(--text); }
.map { display: grid; grid-template-columns: minmax(0, 1fr) 11rem; gap: 2rem; align-items: start; }
.map-stage { position: relative; background: var(--raised); border: 1px solid var(--line); border-radius: 12px; }
canvas { display: block; width: 100%; aspect-ratio: 5 / 4; border-radius: 12px; touch-action: pan-y; cursor: crosshair; }
#map-card { position: absolute; top: 0; left: 0; display: flex; flex-direction: column; gap: 0.35rem; pointer-events: none; padding: 0.5rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 24px #0003; font-size: 0.8rem; line-height: 1.35; white-space: pre; }
#map-card .tile { zoom: 1.5; }
.map-legend ul { display: flex; flex-wrap: wrap; gap: 0.15rem; margin-top: 0.5rem; }
.map-legend li { flex: 1 1 100%; }
.map-legend button { display: block; width: 100%; text-align: left; border-color: transparent; border-radius: 6px; padding: 0.15rem 0.5rem; overflow-wrap: anywhere; }
.map-legend i, .legend i { display: inline-block; width: 0.65em; height: 0.65em; border-radius: 50%; margin-right: 0.5em; }

table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
th { font-weight: 500; text-align: left; }
.scores { width: 100%; }
.scores th, .scores td { padding: 0.6rem 0.8rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
.scores td, .scores thead th { text-align: right; }
.scores th:first-child { padding-left: 0; text-align: left; }
.scores thead th { font-size: 0.8rem; color: var(--soft); }
.scores tbody tr:not(.own) { color: var(--soft); }
.scores .own th { font-weight: 650; }
.scores td b { color: var(--text); }
.protocol { margin-top: 2.2rem; max-width: 52rem; }
.protocol dl, .meanings { margin-top: 0.6rem; font-size: 0.92rem; }
.protocol dl div, .meanings div { display: grid; grid-template-columns: 8.5rem 1fr; gap: 1rem; padding: 0.25rem 0; }
.protocol dt, .meanings dt { color: var(--soft); }
.protocol li span { color: var(--soft); }
.protocol dd, .meanings dd { overflow-wrap: anywhere; }

.confusion { border-collapse: separate; border-spacing: 2px; }
.confusion td { width: 4.4rem; min-width: 3rem; height: 2.5rem; text-align: center; border-radius: 4px; font-size: 0.84rem; color: light-dark(#000, #fff); background: color-mix(in srgb, var(--heat) calc(var(--shade) * 100%), var(--raised)); }
.confusion .strong { color: #fff; }
.confusion .match { box-shadow: inset 0 0 0 1.5px var(--text); }
.confusion .zero { color: var(--soft); }
.confusion th { font-size: 0.82rem; color: var(--soft); padding-right: 0.8rem; }
.confusion thead th { vertical-align: bottom; padding: 0 0 0.4rem; }
.confusion .label { text-align: center; }
.confusion .label span { display: inline-block; max-width: 9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion.dense td { min-width: 1.5rem; width: 1.5rem; height: 1.5rem; font-size: 0.6rem; border-radius: 2px; }

.neighbours { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 31rem), 1fr)); gap: 1.4rem 3rem; }
.neighbours li { display: flex; gap: 1rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.query { display: flex; flex-direction: column; width: max(var(--tile), 5rem); flex: none; }
.query .small { margin-top: 0.25rem; overflow-wrap: anywhere; }

.example-texts li { padding: 0.8rem 0; border-top: 1px solid var(--line); }
.example-texts div { display: grid; grid-template-columns: 8.5rem 1fr; gap: 1rem; padding: 0.15rem 0; }
.example-texts dd { overflow-wrap: anywhere; white-space: pre-wrap; }
.examples { display: flex; gap: 1rem; overflow-x: auto; }
.examples ol { display: grid; list-style: none; margin: 0; padding: 0; }
.examples li { display: flex; align-items: center; }
.examples img { flex: none; max-width: none; image-rendering: pixelated; }

.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 2.6rem 2rem; }
.chart svg { display: block; width: 100%; height: auto; margin-top: 0.4rem; overflow: visible; }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; align-items: baseline; }
.last { margin: 0; font-size: 0.9rem; font-variant-numeric: tabular-nums; color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 0 0.9rem; width: 100%; font-size: 0.8rem; color: var(--soft); }
.legend b { font-weight: 500; color: var(--text); }
.chart text { font: 11px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--line); }
.chart .line { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.chart .dot { fill: var(--accent); }
.chart line.reference { stroke: var(--soft); stroke-dasharray: 4 4; }

details { border-top: 1px solid var(--line); padding: 0.9rem 0; }
details:last-of-type { border-bottom: 1px solid var(--line); }
section > details:first-of-type { margin-top: 2.2rem; }
summary { cursor: pointer; font-weight: 500; }
details > :not(summary) { margin-top: 1.2rem; }
.settings th, .settings td { padding: 0.3rem 1.5rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font: 0.84rem/1.5 var(--mono); }
.settings td { overflow-wrap: anywhere; }
.settings thead th { font-family: var(--sans); color: var(--soft); }
.settings tbody th { color: var(--soft); white-space: nowrap; }

@media (max-width: 44rem) {
  main { padding: 0 1rem 4rem; }
  nav { padding: 0.5rem 1rem; }
  section { margin-top: 4rem; }
  .classes > li { grid-template-columns: 1fr; }
  .classes .tile:nth-child(n + 11) { display: none; }
  .map { grid-template-columns: 1fr; gap: 1rem; }
  .map-legend li { flex: 0 1 auto; }
  canvas { aspect-ratio: 1; }
  .figures { grid-template-columns: 1fr 1fr; gap: 1.5rem; }
  .figures dd { font-size: 2.2rem; }
  .neighbours li { gap: 0.9rem; }
  .protocol dl div, .meanings div { grid-template-columns: 1fr; gap: 0; padding: 0.45rem 0; }
  .scores th:first-child { position: sticky; left: 0; background: var(--ground); white-space: normal; min-width: 8.5rem; line-height: 1.3; }
  .confusion td { width: 1.9rem; min-width: 1.9rem; height: 2rem; font-size: 0.72rem; }
  .confusion th { padding-right: 0.4rem; }
  .settings tbody th { white-space: normal; overflow-wrap: anywhere; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { nav, .switch, noscript { display: none; } section { break-inside: avoid-page; } }
`;
