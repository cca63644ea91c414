/**
 * The page's style sheet. Colours are Okabe and Ito's, which people with any colour vision tell apart, darkened for a
 * light ground and lightened for a dark one until they stand out 3 to 1 (WCAG 2.1, 1.4.11).
 */

const LIGHT = `color-scheme:light;--ground:#fff;--panel:#f6f7f9;--ink:#1a1f26;--soft:#55606e;--line:#d5dae1;--link:#0b57b0;
--good:#0a7040;--doubt:#8a5300;--bad:#b3261e;
--c0:#0b62a8;--c1:#b84e00;--c2:#00795a;--c3:#a3387f;--c4:#8a6d00;--c5:#2a86bd;--c6:#555c66;--c7:#6a4fc0`;
const DARK = `color-scheme:dark;--ground:#11151a;--panel:#1a2027;--ink:#e8ecf1;--soft:#a8b3c0;--line:#343d48;--link:#8ab8f5;
--good:#5fd39a;--doubt:#f0b858;--bad:#ff8a80;
--c0:#6cb4ee;--c1:#f08c4a;--c2:#3fc79a;--c3:#e08cc4;--c4:#e6cf52;--c5:#9ad4f5;--c6:#aab3bf;--c7:#b3a2f2`;

/** Lines of different dashes: colour is not the only way to tell them apart. */
const DASHES = ['none', '6 3', '2 3', '9 3 2 3', '4 4', '12 4', '1 4', '7 2 2 2 2 2'];

function colourRules(): string {
  return DASHES.map(
    (dashes, n) =>
      `.line.c${n}{stroke:var(--c${n});stroke-dasharray:${dashes}}.area.c${n}{fill:var(--c${n})}.key.c${n}{background:var(--c${n})}`,
  ).join('\n');
}

export const STYLE: string = `:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root[data-theme=auto]{${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
a{color:var(--link)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;padding:.5rem;background:var(--panel)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem;padding:.75rem 1.25rem;border-bottom:1px solid var(--line)}
h1{margin:0;font-size:1.25rem}
h2{margin:0;font-size:1rem}
header nav{margin-left:auto;display:flex;gap:.5rem}
button{font:inherit;padding:.35rem .8rem;min-height:2.25rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--panel);color:var(--ink);cursor:pointer}
button[aria-pressed=true]{background:var(--ink);color:var(--ground)}
#status{margin:0;color:var(--soft)}
#status::before{content:"";display:inline-block;width:.7rem;height:.7rem;margin-right:.5rem;border-radius:50%;background:var(--good)}
#status[data-state=doubt]{color:var(--doubt)}
#status[data-state=doubt]::before{background:var(--doubt);border-radius:0}
#status[data-state=bad]{color:var(--bad)}
#status[data-state=bad]::before{background:var(--bad);border-radius:0;transform:rotate(45deg)}
main{max-width:90rem;margin:0 auto;padding:1.25rem}
section{margin-bottom:1.5rem}
#doubts{margin:0 0 1.25rem;padding:.75rem 1rem .75rem 2rem;border:1px solid var(--doubt);border-radius:.5rem;color:var(--doubt)}
#tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:0}
.tile{padding:.75rem 1rem;border-radius:.5rem;background:var(--panel)}
.tile dt{color:var(--soft);font-size:.875rem}
.tile dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
.tile small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
#charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
figure{margin:0;padding:1rem;border-radius:.5rem;background:var(--panel);min-width:0}
figcaption p{margin:0;font-size:.85rem;color:var(--soft)}
.plot{margin:.5rem 0;touch-action:pan-y}
svg{display:block;width:100%;height:auto;overflow:visible}
.grid{stroke:var(--line)}
.tick{fill:var(--soft);font-size:11px}
.cursor{stroke:var(--ink);stroke-dasharray:3 2}
.line{fill:none;stroke-width:2}
.now{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:0;padding:0;list-style:none;font-size:.85rem;color:var(--soft);min-height:1.4rem}
.legend b{color:var(--ink);font-variant-numeric:tabular-nums}
.key{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;border-radius:.15rem}
details{margin-top:.5rem;font-size:.85rem}
summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child{text-align:left}
#about{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.75rem;margin:.5rem 0}
#about dt{color:var(--soft);font-size:.85rem}
#about dd{margin:0;overflow-wrap:anywhere}
.links a{margin-right:1rem}
@media(max-width:40rem){header,main{padding:.75rem}header nav{margin-left:0;width:100%}header nav button{flex:1}.tile dd{font-size:1.2rem}.tick{font-size:16px}}
${colourRules()}
`;
