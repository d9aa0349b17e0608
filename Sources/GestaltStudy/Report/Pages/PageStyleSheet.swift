/// The style sheet of pages.
enum PageStyleSheet {
    static var text: String {
        """
        :root{color-scheme:light dark;\(Theme.light.declarations)}
        @media screen and (prefers-color-scheme:dark){:root{\(Theme.dark.declarations)}}
        \(layout)
        \(textParts)
        \(tables)
        \(figures)
        \(PlotStyleSheet.embedded)
        \(print)
        """
    }

    private static let layout = """
        *{box-sizing:border-box}
        html{font:16px/1.55 \(PlotStyleSheet.typeface);-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);padding:0 1.25rem 4rem}
        header,nav,main{max-width:60rem;margin-inline:auto}
        header{padding-top:3rem}
        main p,main>ul,section>ul,header p{max-width:44rem}
        section{padding-top:.5rem}
        a{color:var(--hue-0);text-underline-offset:.15em}
        """

    private static let textParts = """
        h1,h2,h3{line-height:1.2;text-wrap:balance;font-weight:650}
        h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.25rem);letter-spacing:-.015em;margin:0 0 .5rem}
        h2{font-size:1.4rem;letter-spacing:-.01em;margin:2.75rem 0 .75rem;padding-top:1.25rem;\
        border-top:1px solid var(--line)}
        h3{font-size:1.05rem;margin:2rem 0 .5rem}
        header p{color:var(--muted);margin:0 0 1.5rem;font-size:1.05rem}
        nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:0;\
        font-size:.9rem}
        code,pre{font:.86em/1.5 ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}
        code{overflow-wrap:anywhere}
        pre{background:var(--raised);padding:.75rem 1rem;border-radius:6px;overflow-x:auto}
        pre code{font-size:1em;overflow-wrap:normal}
        .statement{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:1.4rem 0}
        .statement.affirmed{border-color:var(--hue-2)}
        .statement.denied{border-color:var(--hue-1)}
        .statement p{margin:0}
        .statement .assertion{font-size:1.02rem}
        .statement .verdict{font-weight:650;margin-top:.2rem}
        .statement.affirmed .verdict{color:var(--hue-2)}
        .statement.denied .verdict{color:var(--hue-1)}
        .statement.open .verdict{color:var(--muted)}
        .statement .remark{margin-top:.35rem;font-size:.86rem;line-height:1.45;color:var(--muted)}
        .statement figure{margin:.5rem 0 0}
        .statement table{min-width:0}
        .statement th,.statement td{padding-block:.22rem;padding-right:1.4rem}
        details{margin:1rem 0}
        summary{cursor:pointer;color:var(--hue-0)}
        """

    private static let tables = """
        .frame{overflow-x:auto}
        table{border-collapse:collapse;font-size:.86rem;line-height:1.35;\
        font-variant-numeric:tabular-nums;min-width:100%}
        th,td{padding:.4rem .8rem .4rem 0;text-align:left;vertical-align:top;\
        border-bottom:1px solid var(--grid)}
        th:last-child,td:last-child{padding-right:0}
        thead th{color:var(--muted);font-weight:600;vertical-align:bottom;\
        border-bottom:1px solid var(--line)}
        tbody th{font-weight:400}
        .number{text-align:right}
        td.number{white-space:nowrap}
        td code,th code{font-size:.95em;white-space:nowrap}
        small{display:block;white-space:nowrap;font-size:.88em;color:var(--muted)}
        """

    private static let figures = """
        figure{margin:1.5rem 0}
        figcaption{font-size:.86rem;line-height:1.45;color:var(--muted);max-width:44rem;\
        margin-top:.6rem}
        .table figcaption{margin:0 0 .4rem}
        svg.plot{display:block;max-width:100%;height:auto;overflow:visible}
        svg.wide{width:100%;max-width:54rem}
        svg.narrow{display:none}
        .pictures{display:flex;flex-wrap:wrap;gap:1rem}
        .pictures figure{margin:0;max-width:100%}
        .pictures figcaption{margin-top:.3rem}
        img{display:block;max-width:100%;height:auto;image-rendering:pixelated;border-radius:3px}
        @media screen and (max-width:40rem){body{padding-inline:1rem}header{padding-top:1.5rem}\
        svg.wide{display:none}svg.narrow{display:block;width:100%;max-width:24rem}
        .statement thead{display:none}
        .statement tr{display:grid;grid-template-columns:4rem 1fr auto;column-gap:.75rem;\
        padding:.4rem 0;border-bottom:1px solid var(--grid)}
        .statement .frame th,.statement .frame td{border:0;padding:0;text-align:left}
        .statement td:nth-child(2),.statement td:nth-child(5){grid-column:2/4}
        .statement td:nth-child(3){grid-column:2}.statement small{white-space:normal}}
        """

    private static let print = """
        @page{margin:16mm 14mm}
        @media print{html{font-size:10pt}body{padding:0}nav{display:none}header{padding-top:0}
        main,header{max-width:none}h2,h3{break-after:avoid}
        figure,.statement,tr,img{break-inside:avoid}.table{break-inside:auto}
        .frame{overflow:visible}svg.wide{max-width:150mm}pre{white-space:pre-wrap}
        a{color:inherit;text-decoration:none}}
        """
}
