import Foundation
import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltRecipes
import GestaltStudy
import GestaltTensor
import TestSupport
import Testing

@Suite struct StudyReportTests {
    private let options = StudyReport.Options(bootstrap: Bootstrap(resamples: 50))

    private func study() throws -> MadeUpStudy {
        var study = MadeUpStudy()
        try study.add("unet", .baseline, [(10, [0.8, 0.81]), (nil, [0.94, 0.95])])
        try study.add(
            "paper", .encoder, source: "prior:hidden:2", head: "convolutional:64",
            training: .fineTuned, [(10, [0.7, 0.72]), (nil, [0.93])],
            measures: ["ap50": 0.5])
        try study.add(
            "probe", .encoder, source: "resnet:4", head: "linear", training: .frozen, [(10, [0.6])])
        try study.add(
            "clip", .oracle, source: "tokenizer:clip", head: "linear", training: .frozen,
            [(nil, [0.8])])
        try study.add(
            "mean", .control, source: "none", head: nil, training: .none, usesLabels: false,
            [(nil, [0.3])])
        study.runs.append(
            StudyResults.Run(
                row: "probe", labels: nil, seed: 0, hash: "f", state: .failed,
                error: "step 7: loss <nan>"))
        return study
    }

    private func report(_ study: MadeUpStudy) throws -> StudyReport {
        try StudyReport(of: study.results, options: options)
    }

    @Test func aReportIsAPageItsMarkdownAndFigures() throws {
        let folder = TemporaryFolder()
        let paths = try report(study()).write(to: folder.path("out/here"))
        let page = try String(contentsOfFile: paths.page, encoding: .utf8)
        let tree = try XMLTree(page)
        #expect(Set(tree.identifiers).count == tree.identifiers.count)
        for link in tree.links { #expect(tree.identifiers.contains(String(link.dropFirst()))) }
        let markdown = try String(contentsOfFile: paths.markdown, encoding: .utf8)
        let figures = markdown.matches(of: /\]\((figures\/[^)]+)\)/).map { String($0.output.1) }
        #expect(figures.count >= 4)
        for figure in figures {
            let file = try String(
                contentsOfFile: folder.path("out/here/\(figure)"), encoding: .utf8)
            #expect(try XMLTree(file).count(of: "svg") == 1)
        }
        #expect(try StudyResults(reading: folder.path("out/here/results.json")) == study().results)
        for text in [page, markdown] {
            #expect(text.contains("0.805 ± 0.007") && text.contains("step 7: loss"))
            #expect(!text.lowercased().contains("nan …"))
        }
    }

    @Test func equalResultsMakeEqualFiles() throws {
        let folder = TemporaryFolder()
        for name in ["a", "b"] { try report(study()).write(to: folder.path(name)) }
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path("a")).sorted()
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder.path("b")).sorted() == names)
        for name in names where !name.hasSuffix("figures") {
            #expect(folder.bytes(of: "a/\(name)") == folder.bytes(of: "b/\(name)"), "\(name)")
        }
    }

    @Test func anEmptyStudyAndASingleRunAreReported() throws {
        let folder = TemporaryFolder()
        try report(MadeUpStudy()).write(to: folder.path("empty"))
        var page = String(decoding: folder.bytes(of: "empty/report.html"), as: UTF8.self)
        #expect(try XMLTree(page).count(of: "svg") == 0)
        #expect(page.contains("No run has scores yet."))
        var single = MadeUpStudy()
        try single.add("unet", .baseline, [(10, [0.8])])
        try report(single).write(to: folder.path("single"))
        page = String(decoding: folder.bytes(of: "single/report.html"), as: UTF8.self)
        // One chart of sources, at both widths; no curve, no difference, no cost.
        #expect(try XMLTree(page).count(of: "svg") == 2)
        #expect(page.contains("0.800") && !page.contains("0.800 ±"))
    }

    @Test func rowsThatSeeTheFutureHaveTheirOwnTable() throws {
        let tables = try report(study()).document.blocks.compactMap { block -> Table? in
            if case .table(let table) = block { table } else { nil }
        }
        let oracle = try #require(
            tables.first {
                $0.caption[0]
                    == .strong("Oracles: these rows see frames after the one they segment.")
            })
        #expect(oracle.rows.map { $0[0] } == [[.code("clip")]])
        #expect(!tables[0].rows.contains { $0[0] == [.code("clip")] })
        // Missing numbers of labels are dashes.
        #expect(oracle.rows[0][2] == [.text("–")])
    }

    @Test func undefinedScoresAreLeftOut() throws {
        var study = try study()
        study.runs.removeAll { $0.row == "probe" && $0.state == .done }
        // A run that made no masks: a method with other measures only.
        var undefined = MadeUpStudy()
        try undefined.add("probe", .encoder, [(10, [0.5])])
        undefined.runs[0].scores[0].masks = nil
        study.runs.append(undefined.runs[0])
        let report = try report(study)
        let folder = TemporaryFolder()
        try report.write(to: folder.path("out"))
        #expect(
            !report.document.allBlocks.contains { block in
                guard case .table(let table) = block else { return false }
                return table.caption.first != .strong("Runs without a result.")
                    && table.rows.contains { $0[0] == [.code("probe")] }
            })
    }

    @Test func picturesStandInThePageAndBesideTheMarkdown() throws {
        let picture = Tensor<UInt8>(shape: [2, 3, 3], scalars: [UInt8](0..<18))
        var report = try report(study())
        report.pictures = [
            PictureSection(
                title: "Frames", text: "Read so.",
                items: [try PictureSection.Item(picture, description: "d", caption: "c")],
                magnification: 2),
            PictureSection(title: "Nothing", text: "Not shown: why.", items: []),
        ]
        let folder = TemporaryFolder()
        let paths = try report.write(to: folder.path("out"))
        let page = try String(contentsOfFile: paths.page, encoding: .utf8)
        #expect(page.contains("width=\"6\" height=\"4\"") && page.contains("Not shown: why."))
        let bytes = folder.bytes(of: "out/figures/pictures-1-1.png")
        #expect(page.contains(Data(bytes).base64EncodedString()))
    }

    /// Two clips are too few for intervals, so everything is open; models are there for pictures.
    @Test(.tags(.slow)) func aStudyThatWasRunIsReportedWithItsPictures() throws {
        let folder = TemporaryFolder()
        let run = StudyRun(
            TinyStudy.study(), folder: folder.path("study"), options: TinyStudy.options())
        _ = try run.run()
        let results = try StudyResults(folder: folder.path("study"))
        var report = try StudyReport(of: results, options: options)
        let notices = Notices()
        report.pictures = try report.framePictures(folder: folder.path("study")) {
            notices.add("\($0.done) of \($0.total ?? 0) \($0.unit ?? "")")
        }
        // The scored frames, a source and a model.
        #expect(notices.all == (1...6).map { "\($0) of 6 pictures" })
        #expect(
            report.pictures.map(\.title)
                == ["Best, median and worst frames", "Latents in color", "Forecasts"])
        #expect(report.pictures.allSatisfy { !$0.items.isEmpty })
        let paths = try report.write(to: folder.path("out"))
        let page = try String(contentsOfFile: paths.page, encoding: .utf8)
        #expect(
            try XMLTree(page).count(of: "img") == report.pictures.map(\.items.count).reduce(0, +))
        let differences = report.document.allBlocks.compactMap { block -> Table? in
            if case .statement(let statement) = block { statement.evidence } else { nil }
        }
        #expect(!differences.isEmpty)
        #expect(differences.flatMap(\.rows).allSatisfy { $0[4] == [.text("open: too few clips")] })
        // Pictures of a folder that went away are not shown, and the page says why.
        let gone = try report.framePictures(folder: folder.path("gone"))
        #expect(gone.allSatisfy { $0.items.isEmpty && $0.text.hasPrefix("Not shown") })
    }
}
