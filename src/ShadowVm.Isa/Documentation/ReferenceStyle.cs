namespace ShadowVm.Isa.Documentation;

/// <summary>How the reference page looks: on a screen, in the dark, on paper. It fetches nothing.</summary>
internal static class ReferenceStyle
{
    public const string Text = """
        :root { color-scheme: light dark; --ink: #1c2330; --soft: #5d6778; --line: #d8dde6; --page: #ffffff; --side: #f6f7fa;
          --code: #f4f6f9; --fix: #e8edf5; --fld: #ffffff; --accent: #1f5fbf; --edge: #8a96a8; --word: #8a3ea8; --num: #0b7261;
          --str: #9a5b00; --reg: #1f5fbf; --user: #1d7a46; --kernel: #b3421b; --drain: #7a3fb0; }
        @media (prefers-color-scheme: dark) { :root { --ink: #dde3ec; --soft: #98a3b3; --line: #333c4a; --page: #151a21;
          --side: #1a2029; --code: #1e252f; --fix: #2a3442; --fld: #1a2029; --accent: #7fb2ff; --edge: #5b687b; --word: #d3a1ea;
          --num: #6fd0bc; --str: #e0b06a; --reg: #8fbcff; --user: #6fce97; --kernel: #f0976f; --drain: #c9a2ee; } }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1rem; }
        body { margin: 0; color: var(--ink); background: var(--page); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans",
          "DejaVu Sans", sans-serif; }
        code, pre, .enc text, .syntax { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; }
        a { color: var(--accent); text-decoration: none; }
        a:hover { text-decoration: underline; }
        nav { position: fixed; inset: 0 auto 0 0; width: 17rem; overflow-y: auto; padding: 1.4rem 1.2rem 3rem; background: var(--side);
          border-right: 1px solid var(--line); font-size: .86rem; }
        nav strong { display: block; margin: 1.1rem 0 .3rem; font-size: .78rem; letter-spacing: .06em;
          text-transform: uppercase; color: var(--soft); }
        nav strong:first-child { margin-top: 0; }
        nav p { margin: 0; line-height: 1.75; overflow-wrap: anywhere; }
        nav p a { margin-right: .65em; white-space: nowrap; }
        main { margin-left: 17rem; padding: 2.6rem 3.2rem 6rem; max-width: 66rem; }
        h1 { margin: 0 0 .2rem; font-size: 2.05rem; line-height: 1.2; letter-spacing: -.01em; }
        .lede { margin: 0 0 1.6rem; color: var(--soft); }
        h2 { margin: 3.4rem 0 1rem; padding-bottom: .35rem; border-bottom: 2px solid var(--line); font-size: 1.45rem; }
        article { margin: 0 0 2.4rem; }
        h3 { display: flex; align-items: baseline; gap: .7rem; margin: 0 0 .5rem; font-size: 1.12rem; }
        h3 code { font-size: 1.12rem; font-weight: 650; }
        .class { padding: .02rem .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .72rem; font-weight: 600;
          line-height: 1.5; }
        .user { color: var(--user); } .kernel { color: var(--kernel); } .drain { color: var(--drain); } .reserved { color: var(--soft); }
        .place { margin-left: auto; color: var(--soft); font-size: .78rem; font-weight: 400; }
        article > p { margin: .35rem 0; }
        .syntax { font-size: .98rem; }
        .syntax em { color: var(--accent); font-style: italic; }
        .enc { display: block; width: 100%; margin: .55rem 0 .7rem; }
        .enc rect { stroke: var(--edge); stroke-width: 1; }
        .enc .fix { fill: var(--fix); } .enc .fld { fill: var(--fld); } .enc .any { fill: var(--fld); stroke-dasharray: 3 3; }
        .enc text { fill: var(--ink); font-size: 13px; }
        .enc .mid { text-anchor: middle; } .enc .end { text-anchor: end; }
        .enc .no { fill: var(--soft); font-size: 10.5px; }
        .enc .bit { fill: var(--soft); }
        .enc .lab { font-weight: 550; }
        pre { margin: .55rem 0; padding: .7rem .95rem; overflow-x: auto; background: var(--code); border-radius: .4rem;
          font-size: .86rem; line-height: 1.5; }
        pre b { color: var(--word); font-weight: 600; } pre u { color: var(--num); text-decoration: none; }
        pre i { color: var(--soft); } pre q { color: var(--str); quotes: none; } pre var { color: var(--reg); font-style: normal; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.1rem; margin: .5rem 0; font-size: .88rem; }
        dt { color: var(--soft); } dd { margin: 0; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; }
        th { text-align: left; color: var(--soft); font-weight: 600; }
        th, td { padding: .32rem .8rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        td.n { white-space: nowrap; }
        @media (max-width: 60rem) { nav { position: static; width: auto; border: 0; } main { margin: 0; padding: 1.6rem 1.2rem 4rem; } }
        @media print { nav { display: none; } main { margin: 0; padding: 0; max-width: none; } body { font-size: 10pt; }
          article { break-inside: avoid; } h2 { break-after: avoid; } pre { white-space: pre-wrap; border: 1px solid var(--line); }
          a { color: inherit; }
          :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --code: #fff; --fix: #eee; --fld: #fff; --accent: #000;
            --edge: #555; --word: #000; --num: #000; --str: #000; --reg: #000; --user: #000; --kernel: #000; --drain: #000; } }
        """;
}
