/**
 * The page's style sheet. Colours are Okabe and Ito's, which people with any colour vision tell apart, darkened for a
 * light ground and lightened for a dark one until they stand out 3 to 1 (WCAG 2.1, 1.4.11).
 */

const LIGHT = `color-scheme:light;--ground:#eef1f5;--panel:#fff;--ink:#161b22;--soft:#566170;--line:#dfe4ea;--edge:#d3dae2;--link:#0b57b0;
--good:#0a7040;--doubt:#8a5300;--bad:#b3261e;--good-wash:#e6f4ec;--doubt-wash:#fdf2de;--bad-wash:#fde9e7;--wait-wash:#e8edf4;
--c0:#0b62a8;--c1:#c25200;--c2:#007d5c;--c3:#a3387f;--c4:#8f7100;--c5:#3b93c9;--c6:#6b737e;--c7:#6a4fc0`;
const DARK = `color-scheme:dark;--ground:#0f1318;--panel:#181e25;--ink:#e8ecf1;--soft:#a3afbc;--line:#2a323c;--edge:#2f3843;--link:#8ab8f5;
--good:#5fd39a;--doubt:#f0b858;--bad:#ff8a80;--good-wash:#12281f;--doubt-wash:#2c2413;--bad-wash:#331a1a;--wait-wash:#1b232d;
--c0:#6cb4ee;--c1:#f08c4a;--c2:#3fc79a;--c3:#e08cc4;--c4:#e6cf52;--c5:#9fd8f7;--c6:#97a1ad;--c7:#b3a2f2`;

/** One for each colour of a chart. */
const COLOURS = 8;

function colourRules(): string {
  const rules: string[] = [];
  for (let n = 0; n < COLOURS; n++) {
    rules.push(`.c${n}{--colour:var(--c${n})}`);
  }
  return rules.join('');
}

export const STYLE: string = `:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root[data-theme=auto]{${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:var(--link)}
p,h1,h2,h3,dl,dd,ul{margin:0}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;padding:.5rem;background:var(--panel);z-index:1}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.2rem}
section:focus{outline:none}
.soft{color:var(--soft);font-size:.85rem}
.panel{background:var(--panel);border:1px solid var(--edge);border-radius:.6rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .75rem;padding:.7rem max(1.25rem,calc(50vw - 43.75rem));background:var(--panel);border-bottom:1px solid var(--edge)}
header img{display:block}
h1{font-size:1.2rem;letter-spacing:-.01em}
h2{font-size:1.05rem;margin:0 0 .6rem}
h3{font-size:.95rem;line-height:1.3}
#where{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
header nav{margin-left:auto;display:flex;gap:.5rem}
button{font:inherit;font-size:.9rem;padding:.3rem .8rem;min-height:2.25rem;border:1px solid var(--edge);border-radius:.4rem;background:var(--panel);color:var(--ink);cursor:pointer}
button:hover{border-color:var(--soft)}
button[aria-pressed=true]{background:var(--ink);color:var(--panel)}
main{max-width:90rem;margin:0 auto;padding:1.25rem}
section{margin-bottom:1.75rem}
#health{--state:var(--soft);--wash:var(--wait-wash);margin-bottom:1rem;padding:.9rem 1.1rem;border:1px solid var(--state);border-left-width:.4rem;border-radius:.6rem;background:var(--wash)}
#health[data-state=good]{--state:var(--good);--wash:var(--good-wash)}
#health[data-state=doubt]{--state:var(--doubt);--wash:var(--doubt-wash)}
#health[data-state=bad]{--state:var(--bad);--wash:var(--bad-wash)}
#health>div{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem 1rem}
#status{font-size:1.15rem;font-weight:650;color:var(--state)}
#status::before{content:"…";display:inline-block;width:1.4rem;font-weight:700}
[data-state=good] #status::before{content:"✓"}
[data-state=doubt] #status::before{content:"!"}
[data-state=bad] #status::before{content:"✕"}
#since{color:var(--ink);font-size:.9rem}
#doubts{margin:.5rem 0 0;padding-left:1.4rem}
#doubts b{font-weight:600}
#facts{display:flex;flex-wrap:wrap;gap:.35rem 1.75rem;margin-top:.6rem;font-size:.875rem}
#facts div{display:flex;gap:.4rem}
#facts dt{color:var(--soft)}
#facts dd{font-weight:600;font-variant-numeric:tabular-nums}
#facts [data-state=doubt] dd{color:var(--doubt)}
#facts [data-state=doubt] dd::before{content:"! "}
#facts [data-state=bad] dd{color:var(--bad)}
#facts [data-state=bad] dd::before{content:"✕ "}
#tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem}
@media(min-width:80rem){#tiles{grid-template-columns:repeat(8,1fr)}}
.tile{padding:.7rem .9rem;background:var(--panel);border:1px solid var(--edge);border-radius:.6rem}
.tile dt{color:var(--soft);font-size:.875rem}
.tile dd{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tile small{display:block;margin-top:.15rem;font-size:.8rem;line-height:1.35;font-weight:400;letter-spacing:0;color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr));gap:.9rem}
figure{margin:0;padding:.8rem .9rem;min-width:0;display:flex;flex-direction:column}
figcaption{display:grid;grid-template-columns:1fr auto;column-gap:1rem}
figcaption .soft{grid-column:1}
.at{grid-area:1/2;color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums}
.plot{margin:.4rem 0 .3rem;height:11rem;touch-action:pan-y;cursor:crosshair}
svg{display:block}
.plot svg{width:100%;height:100%;overflow:visible}
.grid{stroke:var(--line)}
.base{stroke:var(--soft)}
.tick{fill:var(--soft);font-size:11.5px;font-variant-numeric:tabular-nums}
.empty{fill:var(--soft);font-size:13px}
.cursor line{stroke:var(--ink);stroke-dasharray:3 3}
.cursor circle{fill:var(--colour);stroke:var(--panel);stroke-width:1.5}
.line{fill:none;stroke:var(--colour);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.c0{stroke-width:2.75}
.line.c1{stroke-width:1.6}
.line.dashed{stroke-dasharray:5 4;stroke-width:1.6}
.area{fill:var(--colour);stroke:var(--panel);stroke-width:.5;stroke-linejoin:round}
${colourRules()}
.stale .charts,.stale #tiles,.stale #peers{opacity:.45}
.legend{display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:0;list-style:none;font-size:.85rem;color:var(--soft);min-height:1.4rem}
.legend li{white-space:nowrap}
.legend b{color:var(--ink);font-weight:600;font-variant-numeric:tabular-nums}
.key{display:inline-block;width:18px;height:10px;margin-right:.35rem;vertical-align:-1px}
.key rect{fill:var(--colour)}
details{margin-top:auto;padding-top:.4rem;font-size:.85rem}
summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .9rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
thead th{color:var(--soft);font-weight:500}
tbody th{font-weight:600}
tbody tr:last-child>*{border-bottom:0}
th:first-child{text-align:left}
.meter{width:72px;height:8px;display:inline-block;margin-left:.5rem;vertical-align:0}
.meter .rail{fill:var(--line)}
.meter .fill{fill:var(--c2)}
td.doubt{color:var(--doubt);font-weight:600}
#about{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.75rem 1.5rem;padding:.9rem 1.1rem}
#about dt{color:var(--soft);font-size:.85rem}
#about dd{overflow-wrap:anywhere}
.links{margin:.75rem 0 .25rem}
.links a{margin-right:1rem}
@media(max-width:40rem){header,main{padding:.75rem}#where{order:1;width:100%}header nav{gap:.35rem}button{padding:.3rem .55rem}#tiles{grid-template-columns:1fr 1fr;gap:.5rem}.tile{padding:.55rem .7rem}.tile dd{font-size:1.3rem}.plot{height:10rem}#facts{gap:.2rem 1.25rem}}
@media(forced-colors:active){.line,.area{forced-color-adjust:none}}
`;
