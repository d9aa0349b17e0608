import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltTensor

/// The report of a study: a page, the same in Markdown, its figures, and the results.
///
/// ```swift
/// let report = try StudyReport(of: StudyResults(reading: "study/results.json"))
/// try report.write(to: "out")                      // report.html, report.md, figures/, results.json
/// ```
/// Equal results make equal files, byte by byte.
public struct StudyReport: Sendable {
    /// The choices of a report.
    public struct Options: Sendable {
        /// Differences of IoU up to this size count as level.
        public var margin: Double
        public var bootstrap: Bootstrap
        /// The sentences of the claim, and the questions.
        public var claim: [StudyStatement]
        public var questions: [StudyStatement]

        /// - Precondition: `margin` is positive and finite.
        public init(
            margin: Double = 0.01, bootstrap: Bootstrap = Bootstrap(),
            claim: [StudyStatement] = StudyStatements.claim,
            questions: [StudyStatement] = StudyStatements.questions
        ) {
            require(margin > 0 && margin.isFinite, "StudyReport.Options(margin: \(margin))")
            (self.margin, self.bootstrap) = (margin, bootstrap)
            (self.claim, self.questions) = (claim, questions)
        }
    }

    public let results: StudyResults
    public let options: Options
    /// Sections of pictures, in their order.
    public var pictures: [PictureSection]
    let scores: StudyScores
    let styles: RowStyles

    /// - Throws: `ReportMismatch` where the runs of a row were scored on different images.
    public init(
        of results: StudyResults, pictures: [PictureSection] = [], options: Options = Options()
    ) throws {
        (self.results, self.options, self.pictures) = (results, options, pictures)
        scores = try StudyScores(results, options.bootstrap)
        styles = RowStyles(results)
    }

    /// The split whose scores are reported: `test` if it was scored, else `val`.
    public var split: Split { scores.split }

    /// The names of the written files.
    public static let pageName = "report.html"
    public static let markdownName = "report.md"
    public static let figureFolder = "figures"

    /// The report in parts, for both writers.
    package var document: Document {
        Document(
            title: results.title, subtitle: subtitle,
            blocks: answerSections + labelSection + sourceSection + differenceSection
                + costSection + measureSection + pictureSections + runSection + methodSection)
    }

    /// Writes the report into a folder, which is created. Each file is replaced as a whole; the
    /// page comes last, so that it never shows what is not there.
    ///
    /// - Returns: the paths of the page and of the Markdown file.
    /// - Throws: `FileFailure`, `MediaError`.
    @discardableResult
    public func write(to folder: String) throws -> (page: String, markdown: String) {
        let document = document
        let figures = "\(folder)/\(Self.figureFolder)"
        try OutputFolder.make(figures)
        for case .figure(let figure) in document.allBlocks {
            for (name, bytes) in figure.files {
                try AtomicFile.write(bytes, to: "\(figures)/\(name)")
            }
        }
        try results.write(to: "\(folder)/\(StudyResults.fileName)")
        let paths = (page: "\(folder)/\(Self.pageName)", markdown: "\(folder)/\(Self.markdownName)")
        let markdown = MarkdownPage(document, figures: Self.figureFolder).text
        try AtomicFile.write(Array(markdown.utf8), to: paths.markdown)
        try AtomicFile.write(Array(HTMLPage(document).text.utf8), to: paths.page)
        return paths
    }
}

/// Pictures under a heading: frames with masks, forecasts, latents in color.
public struct PictureSection: Sendable {
    /// A picture with its captions.
    public struct Item: Sendable {
        let picture: Figure.Picture

        /// - Parameters:
        ///   - picture: `[H, W, 3]`.
        ///   - description: what is seen, for readers who cannot see it.
        /// - Precondition: a picture of three channels.
        public init(_ picture: Tensor<UInt8>, description: String, caption: String) throws {
            require(
                picture.shape.rank == 3 && picture.shape[2] == 3,
                "PictureSection.Item: \(picture.shape) is no picture")
            self.picture = Figure.Picture(
                png: try PNG.encode(picture), width: picture.shape[1], height: picture.shape[0],
                description: description, caption: caption)
        }
    }

    public let title: String
    /// How to read the pictures.
    public let text: String
    public let items: [Item]
    /// The pixels of the page for one of the picture.
    public let magnification: Int

    public init(title: String, text: String, items: [Item], magnification: Int = 1) {
        (self.title, self.text, self.items) = (title, text, items)
        self.magnification = magnification
    }
}
