/** What a colour stands for. */
export type Tone = 'hit' | 'miss' | 'stale-line' | 'written' | 'unchanged' | 'fresh' | 'stale' | 'expired';

/**
 * The page's style. Every tone has a contrast of 3 to 1 to the card it is drawn on, every text 4.5 to 1, in both schemes (WCAG 2.2,
 * 1.4.11 and 1.4.3); a thin line parts what is stacked.
 */
export const pageStyle = `
:root{color-scheme:light dark;--page:#f3f5f8;--card:#ffffff;--ink:#14181f;--muted:#566070;--rule:#dde2ea;--grid:#e6eaf0;--focus:#1d5fd1;
--hit:#2563c9;--miss:#e06a1b;--stale-line:#6d28a8;--written:#0f766e;--unchanged:#7b8ea3;--fresh:#178a58;--stale:#b97a08;--expired:#b3261e}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161c25;--ink:#e7ebf1;--muted:#9ba7b6;--rule:#2a3340;--grid:#242c38;--focus:#8db8ff;
--hit:#5b97f5;--miss:#f79a54;--stale-line:#d0a2ff;--written:#2dc2b1;--unchanged:#7688a0;--fresh:#3fbf83;--stale:#e0a93a;--expired:#f2756c}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.75rem}
h1{margin:0;font-size:1.5rem;line-height:1.2;letter-spacing:-.01em}
h2{margin:0 0 .75rem;font-size:1.125rem;line-height:1.3}
h3,caption{margin:0;padding:0 0 .35rem;font-size:.9375rem;font-weight:600;text-align:left}
p{margin:0 0 .75rem}
small,.hint,.period,.tile dd+dd,footer{color:var(--muted);font-size:.8125rem}
.period{margin:.25rem 0 0;font-size:.9375rem}
.nothing{color:var(--muted);margin:.5rem 0}
.card,.tile{background:var(--card);border:1px solid var(--rule);border-radius:.75rem}
.card{margin:0 0 1rem;padding:1.125rem 1rem}
.tiles{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem;margin:1.25rem 0 1rem}
.card .tiles{margin:0 0 .75rem}
.tile{padding:.75rem .875rem;margin:0}
.tile dt{color:var(--muted);font-size:.8125rem}
.tile dd{margin:0}
.tile dt+dd{font-size:1.5rem;font-weight:650;line-height:1.25;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:1.5rem}
.chart{margin:0 0 .75rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0 0 .75rem;padding:0;list-style:none;color:var(--muted);font-size:.8125rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.swatch{display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;background:currentColor}
.swatch.tone-stale-line{height:.2rem;width:.9rem}
.chart svg{display:block;width:100%;height:auto}
.chart text{font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}
.chart .wide{display:none}
rect{fill:currentColor;stroke:var(--card);stroke-width:1;vector-effect:non-scaling-stroke}
.chart rect{fill:none;stroke:none}
.share-bar,.rank-bar{display:block;width:100%;border-radius:.25rem;background:var(--grid)}
.share-bar{height:1rem;margin:0 0 1.25rem}
.rank-bar{height:.375rem;margin:.3rem 0 .1rem}
table{width:100%;border-collapse:collapse;font-size:.875rem}
th,td{padding:.4rem .5rem .4rem 0;border-top:1px solid var(--rule);text-align:left;vertical-align:top;font-weight:400}
thead th{border-top:0;color:var(--muted);font-size:.75rem;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.figure{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding-left:.5rem}
.ranking .hint{font-weight:400;margin-left:.5rem}
.ranking .swatch{margin:0 .15rem 0 .35rem}
.ranking th[scope=row]{width:99%;overflow-wrap:anywhere}
th[scope=row] small{display:block;line-height:1.35}
details{margin-top:.75rem;border-top:1px solid var(--rule);padding-top:.75rem}
summary{cursor:pointer;padding:.2rem 0;color:var(--muted);font-size:.875rem;width:fit-content}
.scroll{overflow-x:auto;margin-top:.5rem}
.scroll th,.scroll td{white-space:nowrap;padding-right:1rem}
.scroll th:last-child,.scroll td:last-child{padding-right:0}
.scroll wbr{display:none}
.lead{font-size:.9375rem}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:.2rem}
.notes{margin:0;padding-left:1.1rem;color:var(--muted);font-size:.875rem}
.notes li{margin:.15rem 0}
footer{padding-top:.5rem;padding-bottom:2rem}
${tones(['hit', 'miss', 'stale-line', 'written', 'unchanged', 'fresh', 'stale', 'expired'])}
@media (min-width:44rem){.chart .wide{display:block}.chart .narrow{display:none}.columns .chart .wide{display:none}.columns .chart .narrow{display:block}.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}.card{padding:1.25rem 1.5rem}h1{font-size:1.75rem}}
@media (min-width:60rem){.tiles{grid-template-columns:repeat(6,minmax(0,1fr))}.card .tiles{grid-template-columns:repeat(3,minmax(0,1fr))}.columns{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.5rem 2.5rem}}
@media print{body{background:none}.card,.tile{break-inside:avoid}}
`;

function tones(names: readonly Tone[]): string {
  return names.map((tone) => `.tone-${tone}{color:var(--${tone})}`).join('\n');
}
