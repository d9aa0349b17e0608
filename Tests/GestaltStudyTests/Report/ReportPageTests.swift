import GestaltStudy
import Testing

@Suite struct ReportPageTests {
    private var document: Document {
        var table = Table([.text("Caption | bar")], [.init("row"), .numbers("a*b")])
        table.add([[.code("x|y`z")], [.text("0.5"), .note("0.4 … 0.6")]])
        let chart = IntervalChart(
            title: "Chart",
            groups: [
                .init("g", [.init("r", 0.5, interval: nil, SeriesStyle(.ink))])
            ], horizontalTitle: "IoU")
        return Document(
            title: "A <b> & “c”", subtitle: [.text("of "), .code("test")],
            blocks: [
                .section("One"),
                .paragraph([.text("1 < 2 & "), .strong("bold"), .link("l", to: "#one")]),
                .statement(.init("S.", verdict: "Supported.", .affirmed, remarks: [[.text("r")]])),
                .section("One"), .table(table), .figure(Figure("chart", chart, caption: "c")),
                .details(summary: "More", [.list([[.text("item")]]), .code("a < b\nc")]),
                .figure(
                    Figure(
                        "pictures",
                        .pictures(
                            [
                                .init(
                                    png: [137, 80], width: 2, height: 1, description: "d\"e",
                                    caption: "f")
                            ],
                            magnification: 3), caption: [])),
            ])
    }

    @Test func thePageIsWellFormedAndItsNamesAreUnique() throws {
        let page = HTMLPage(document).text
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\""))
        let tree = try XMLTree(page)
        #expect(Set(tree.identifiers).count == tree.identifiers.count)
        #expect(tree.count(of: "section") == 2 && tree.count(of: "svg") == 2)
        for link in tree.links where link.hasPrefix("#") {
            #expect(tree.identifiers.contains(String(link.dropFirst())), "\(link)")
        }
        #expect(tree.links.contains("#one-1"))
        #expect(page.contains("<title>A &lt;b&gt; &amp; “c”</title>"))
        #expect(page.contains("src=\"data:image/png;base64,iVA=\" alt=\"d&quot;e\" width=\"6\""))
        #expect(page.contains("<pre><code>a &lt; b\nc</code></pre>"))
    }

    @Test func thePageNeedsNoOtherFile() {
        let page = HTMLPage(document).text
        for word in ["<script", "<link", "http://", "https://", "url(", "@import"] {
            #expect(
                !page.replacing("http://www.w3.org/1999/xhtml", with: "").contains(word), "\(word)")
        }
        #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
    }

    @Test func markdownIsExactlySo() {
        let text = MarkdownPage(document, figures: "figures").text
        #expect(
            text == """
                # A \\<b\\> &amp; “c”

                of `test`

                ## One

                1 \\< 2 &amp; **bold**[l](#one)

                > S.

                **Supported.**

                r

                ## One

                Caption | bar

                | row | a\\*b |
                | --- | ---: |
                | ``x\\|y`z`` | 0.5<br>0.4 … 0.6 |

                ![Chart](figures/chart.svg)

                c

                **More**

                - item

                ```
                a < b
                c
                ```

                ![d"e](figures/pictures-1.png)
                f

                """)
    }

    @Test func controlCharactersAreReplaced() throws {
        let text = Markup.escaped("a\u{0}\u{7}\u{1B}\tb\nc\u{FFFF}")
        #expect(text == "a\u{FFFD}\u{FFFD}\u{FFFD}\tb\nc\u{FFFD}")
        let tree = try XMLTree(Markup.element("p", ["title": "x\n\"y\""], text: "\u{1}").written)
        #expect(tree.count(of: "p") == 1)
    }

    @Test(arguments: [
        (0.8437, "0.844"), (-0.0004, "0.000"), (-0.0126, "−0.013"), (.nan, "–"), (.infinity, "–"),
    ])
    func scoresHaveThreeDecimals(value: Double, text: String) {
        #expect(DisplayNumber.fixed(value) == text)
    }

    @Test func numbersAreWrittenForReaders() {
        #expect(DisplayNumber.difference(0.0126) == "+0.013")
        #expect(DisplayNumber.difference(0.0001) == "0.000")
        #expect(DisplayNumber.count(1_927_009) == "1\u{A0}927\u{A0}009")
        #expect(DisplayNumber.count(-999) == "−999")
        #expect(DisplayNumber.short(1_927_009) == "1.93\u{A0}M")
        #expect(DisplayNumber.short(950) == "950")
        #expect(DisplayNumber.significant(0.012345) == "0.0123")
        #expect(DisplayNumber.significant(18.4) == "18.4")
        #expect(DisplayNumber.duration(seconds: 0.0184) == "18.4\u{A0}ms")
        #expect(DisplayNumber.duration(seconds: 245 * 60) == "4.1\u{A0}h")
    }

    @Test func aTableNeedsACellForEachColumn() async {
        await #expect(processExitsWith: .failure) {
            var table = Table([], [.init("a"), .init("b")])
            table.add(["one"])
        }
    }
}
