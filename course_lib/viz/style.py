"""How report.html looks, in light and in dark."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --rule: #d5dae0; --bad: #b04a00;
  --badpaper: #fdf1e8; --ok: #00558a; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa5b1; --paper: #15181c; --rule: #363c44;
  --bad: #ff9a57; --badpaper: #2b1f16; --ok: #6fb9ea; --card: #1e2329; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.headline { font-size: 1.15rem; margin: .25rem 0 .75rem; color: var(--soft); }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 0 0 1rem; padding: 0; }
.counts li { background: var(--badpaper); border: 1px solid var(--bad); border-radius: 6px; padding: .25rem .7rem; }
.counts b { color: var(--bad); }
.counts span { color: var(--soft); font-size: .88rem; margin-left: .3rem; }
figure { margin: 0; }
figure > img { width: 100%; height: auto; background: #fff; border: 1px solid var(--rule); border-radius: 6px; }
.told { display: flex; flex-wrap: wrap; gap: 1.25rem; margin-top: 1.5rem; }
.told > div { flex: 1 1 24rem; }
.told h2 { margin-top: 0; }
.clip { flex: 0 1 20rem; }
.clip video { width: 100%; border-radius: 6px; display: block; background: #000; }
blockquote { margin: 0; padding: .75rem 1rem; background: var(--card); border-left: 4px solid var(--rule);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--rule); }
td { overflow-wrap: anywhere; }
td:nth-child(2) { white-space: nowrap; }
.probes td:nth-child(3) { width: 30%; }
.probes td:nth-child(4), .probes td:nth-child(5) { width: 28%; }
th { color: var(--soft); font-weight: 600; }
td:first-child { white-space: nowrap; }
tr.wrong { background: var(--badpaper); }
tr.wrong td:first-child { box-shadow: inset 4px 0 0 var(--bad); }
.ok { color: var(--ok); }
.bad { color: var(--bad); font-weight: 700; }
dl { margin: .4rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0 0 .3rem 1rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; font-size: .93rem; }
.facts dd { margin: 0; }
.frames { display: flex; gap: .3rem; margin-top: .3rem; }
.small { width: 96px; height: auto; border-radius: 4px; }
@media (max-width: 42rem) {
  main { padding: 1rem .8rem 2rem; }
  main > figure { overflow-x: auto; }
  main > figure > img { width: auto; min-width: 46rem; }
  .stacked tr:first-child { display: none; }
  .stacked tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--rule); }
  .stacked tr.wrong { box-shadow: inset 4px 0 0 var(--bad); }
  .stacked tr.wrong td:first-child { box-shadow: none; }
  .stacked td { display: block; width: auto !important; border: 0; padding: .1rem .7rem; }
  .stacked td:first-child, .stacked td:nth-child(2) { display: inline-block; padding-right: 0; }
  .stacked td:nth-child(2) { color: var(--soft); }
  .stacked td:nth-child(3) { font-weight: 600; }
  .stacked td:empty { display: none; }
  .facts { grid-template-columns: 1fr 1fr; }
}
"""
