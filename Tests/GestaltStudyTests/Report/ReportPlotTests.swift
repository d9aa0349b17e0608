import GestaltStudy
import Testing

@Suite struct ReportPlotTests {
    @Test(arguments: [
        (0.0, "0"), (-0.001, "0"), (12, "12"), (12.5, "12.5"), (-3.256, "-3.26"), (0.05, "0.05"),
        (99.999, "100"),
    ])
    func coordinatesAreShort(value: Double, text: String) {
        #expect(Coordinate.text(value) == text)
    }

    @Test func whatIsNotFiniteIsNotDrawn() async {
        await #expect(processExitsWith: .failure) { _ = Coordinate.text(.nan) }
        await #expect(processExitsWith: .failure) {
            _ = LineChart.Point(labels: 10, mean: .nan, interval: nil, runs: [])
        }
        await #expect(processExitsWith: .failure) {
            _ = IntervalChart.Row("a", 1, interval: nil, runs: [.infinity], SeriesStyle(.ink))
        }
        await #expect(processExitsWith: .failure) {
            _ = ScatterChart.Dot("a", x: 0, y: 1, interval: nil, SeriesStyle(.ink))
        }
    }

    @Test func ticksAreRoundNumbersInsideTheRange() {
        #expect(AxisTicks.linear(in: 0.61...0.94, about: 4).labels == ["0.7", "0.8", "0.9"])
        #expect(
            AxisTicks.linear(in: 0...0.5, about: 5).labels == [
                "0.0", "0.1", "0.2", "0.3", "0.4", "0.5",
            ])
        #expect(
            AxisTicks.linear(in: -0.1...0.1, about: 4, signed: true).labels
                == ["−0.10", "−0.05", "0.00", "+0.05", "+0.10"])
        #expect(
            AxisTicks.logarithmic(covering: 3.2...21, label: DisplayNumber.short).labels
                == ["2", "5", "10", "20", "50"])
        #expect(
            AxisTicks.logarithmic(covering: 1000...4_000_000, label: DisplayNumber.short).labels
                == ["1\u{A0}k", "10\u{A0}k", "100\u{A0}k", "1\u{A0}M", "10\u{A0}M"])
    }

    @Test(arguments: [UInt64](0..<20))
    func ticksLieInsideAnyRange(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) / Double(1 << 53)
        }
        let lower = (next() - 0.5) * 10
        let upper = lower + next() * 3 + 1e-3
        let ticks = AxisTicks.linear(in: lower...upper, about: 5)
        #expect(ticks.values.allSatisfy { $0 >= lower - 1e-6 && $0 <= upper + 1e-6 })
        #expect((2...11).contains(ticks.values.count), "\(lower) … \(upper): \(ticks)")
        #expect(Set(ticks.labels).count == ticks.labels.count, "\(ticks.labels)")
    }

    @Test func logarithmicPositionsAreEvenlySpaced() {
        let scale = AxisScale(.logarithmic, 10...1000, from: 0, to: 200)
        #expect([10, 100, 1000].map { scale.position($0).rounded() } == [0, 100, 200])
        #expect(AxisScale(.linear, 1...1, from: 0, to: 10).position(1) == 5)
    }

    @Test func labelsAlongALineNeitherOverlapNorLeaveIt() {
        let extents = [14.0, 28, 14, 14, 14]
        let centers = LabelPlacement.spread([50, 51, 49, 0, 99], extents: extents, within: 0...100)
        let edges = zip(centers, extents).map { ($0 - $1 / 2, $0 + $1 / 2) }.sorted { $0.0 < $1.0 }
        #expect(edges[0].0 >= 0 && edges[4].1 <= 100)
        for (first, second) in zip(edges, edges.dropFirst()) {
            #expect(first.1 <= second.0 + 1e-9)
        }
        #expect(LabelPlacement.spread([30, 70], extents: [10, 10], within: 0...100) == [30, 70])
    }

    @Test func labelsOfDotsDoNotCoverEachOther() {
        let anchors = (0..<8).map { PlotPoint(100 + Double($0 % 4) * 3, 100 + Double($0 / 4) * 4) }
        let boxes = LabelPlacement.boxes(
            at: anchors, sizes: anchors.map { _ in (width: 40, height: 12) }, obstacles: [],
            within: PlotBox(x: 0, y: 0, width: 300, height: 220))
        for first in boxes.indices {
            for second in boxes.indices where second > first {
                #expect(boxes[first].overlap(with: boxes[second]) == 0, "\(first), \(second)")
            }
        }
    }

    @Test func aFileHoldsColorsOfBothThemesAndWhatItShowsInWords() throws {
        let chart = IntervalChart(
            title: "A & B",
            groups: [
                IntervalChart.Group(
                    "G",
                    [
                        IntervalChart.Row(
                            "a < b", 0.5, interval: 0.4...0.6, runs: [0.4, 0.6],
                            SeriesStyle(.hue(0)))
                    ])
            ], horizontalTitle: "IoU")
        let file = chart.drawing(width: ChartWidth.wide).file
        let tree = try XMLTree(file)
        #expect(tree.count(of: "title") == 2)
        #expect(file.contains("<title>A &amp; B</title>"))
        #expect(file.contains("<desc>G: a &lt; b: 0.500 (0.400 … 0.600).</desc>"))
        #expect(file.contains("prefers-color-scheme:dark") && !file.contains("var("))
        let embedded = chart.drawing(width: ChartWidth.narrow).embedded("x").written
        #expect(embedded.contains("aria-describedby=\"x-desc\"") && !embedded.contains("<style"))
        // Two seeds and the mean.
        #expect(tree.count(of: "circle") == 3)
    }

    @Test func aMarkIsDrawnExactlySo() {
        #expect(
            SeriesStyle(.hue(1), isHollow: true).mark(at: PlotPoint(1, 2.5), radius: 4).written
                == "<circle class=\"hollow-hue-1\" cx=\"1\" cy=\"2.5\" r=\"4\" />")
        #expect(
            Shape.text("a\"b<", at: PlotPoint(0, 0), .end, .tickText).written
                == "<text class=\"tick\" x=\"0\" y=\"0\" text-anchor=\"end\">a\"b&lt;</text>")
    }

    @Test func seriesWithGapsAndSinglePointsAreDrawn() throws {
        func point(_ labels: Double, _ mean: Double) -> LineChart.Point {
            LineChart.Point(labels: labels, mean: mean, interval: nil, runs: [mean])
        }
        let ticks = AxisTicks(values: [10, 100], labels: ["10", "100"])
        let chart = LineChart(
            title: "t",
            panels: [
                LineChart.Panel(
                    nil,
                    [
                        LineChart.Series("one", .numbered(0), [point(10, 0.5)]),
                        LineChart.Series("two", .numbered(1), [point(100, 0.7), point(10, 0.6)]),
                        LineChart.Series("none", .numbered(2), []),
                    ])
            ], ticks: ticks)
        for width in [ChartWidth.narrow, ChartWidth.wide] {
            let tree = try XMLTree(chart.drawing(width: width).file)
            #expect(tree.count(of: "g") == 3)
        }
        // Points are in the order of labels.
        #expect(chart.panels[0].series[1].points.map(\.labels) == [10, 100])
    }

    @Test func hundredsOfSeriesKeepTheirStyles() {
        let styles = (0..<24).map(SeriesStyle.numbered)
        #expect(Set(styles).count == styles.count)
    }
}
