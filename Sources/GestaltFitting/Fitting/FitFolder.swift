import Foundation
import GestaltIO
import GestaltModels
import GestaltTraining

/// The folder of a fit.
///
/// ```
/// fit.json                                   what the fit does; resuming needs nothing else
/// frames/                                    the frames of its trainings
/// encoder/ teacher/ student/                 its trainings, each a run that resumes by itself
/// config.json model.safetensors README.md card.json    the model, once fitted
/// categories.json                            names and colors of its classes
/// report.json                                its scores on what was held out
/// ```
public struct FitFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var description: String { path + "/fit.json" }
    public var report: String { path + "/report.json" }
    /// The frames of pre-training.
    var encoderFrames: String { frames + "/encoder.json" }
    /// The frames of teacher and student, and those that are held out.
    var labeledFrames: String { frames + "/labels.json" }
    private var frames: String { path + "/frames" }

    /// Returns the folder of a training.
    public func stage(_ name: String) -> String { path + "/" + name }

    /// Whether a training has written its model.
    func isFinished(_ stage: String) -> Bool {
        ["config.json", "model.safetensors"].allSatisfy {
            FileManager.default.fileExists(atPath: self.stage(stage) + "/" + $0)
        }
    }

    /// Whether a training has begun.
    func hasBegun(_ stage: String) -> Bool {
        FileManager.default.fileExists(atPath: self.stage(stage) + "/recipe.json")
    }

    /// Checks that a new fit can use the folder, which holds nothing else; creates nothing.
    /// - Throws: `TrainingError.runExists` for another fit; `FileFailure` for other content.
    public func requireFree() throws {
        guard !FileManager.default.fileExists(atPath: description) else {
            throw TrainingError.runExists(path: path)
        }
        // A fit that was stopped before it was described leaves its frames.
        try OutputFolder.checkIsNew(path, ignoring: ["frames"])
    }

    func make() throws { try OutputFolder.make(frames) }
}

/// A fit that has been decided: the content of `fit.json`.
public struct FitDescription: Codable, Sendable, Equatable {
    /// The number of all frames and of the labeled ones.
    public var frameCount: Int
    public var labeledCount: Int
    public var categories: [ModelCategory]
    public var heldOut: HeldOut
    public var plan: FitPlan
    /// The folder of an earlier fit that this one starts from.
    public var earlier: String?
    public var seed: UInt64
    /// The command that started the fit; nil for one that a program started.
    public var command: String?

    /// Reads the description of a fit.
    /// - Throws: `TrainingError.noRun` for a folder without one; `ConfigurationError`.
    public init(folder: String) throws {
        let path = FitFolder(folder).description
        let bytes: [UInt8]
        do {
            bytes = try FileReader.bytes(path: path, limit: 1 << 24)
        } catch {
            throw TrainingError.noRun(path: path, expected: "a fit", found: error.reason)
        }
        self = try StrictJSON.decode(from: bytes, path: path)
    }

    init(
        _ facts: FrameFacts, heldOut: HeldOut, plan: FitPlan, earlier: String?, seed: UInt64
    ) {
        (frameCount, labeledCount) = (facts.frameCount, facts.labeledCount)
        categories =
            facts.categories.isEmpty
            ? ModelCategories.usual(classes: facts.classes) : facts.categories
        (self.heldOut, self.plan, self.earlier) = (heldOut, plan, earlier)
        self.seed = seed
    }

    func write(to folder: FitFolder) throws {
        try AtomicFile.write(StrictJSON.encode(self), to: folder.description)
    }

    /// The lines that state what the fit will do.
    public var lines: [String] {
        ["\(frameCount) frames, \(labeledCount) of them labeled", heldOut.description]
            + plan.lines
    }
}
