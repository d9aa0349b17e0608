import Foundation
import GestaltChecks
import GestaltFilm
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltSegHeads
import GestaltTensor

/// The segmentation of films of any length in bounded memory: decoding and reducing frames, the
/// network, and the writing of masks run side by side, with short queues between them.
///
/// ```swift
/// let job = try FilmSegmentation(of: OpenedModel(at: "runs/mine").segmentation())
/// let outputs = try job.outputs(["masks", "overlay", "coco"], film: "new", folder: "out")
/// let count = try job.run(Film(contentsOf: "new.mp4").frames(), to: outputs)
/// ```
public struct FilmSegmentation: Sendable {
    /// A model of single frames.
    public let model: any SegmentationModel
    /// The categories of the masks, background first.
    public let categories: [ModelCategory]
    /// The probability above which a pixel is foreground; ignored with several classes.
    public var threshold: Float = 0.5
    /// The number of frames that the network sees at once; affects time and memory, not results.
    public var batch = 4
    /// The division of frames into overlapping tiles; nil for whole frames.
    public var tiling: Tiling?
    /// The averaging of probabilities over frames; nil for none.
    public var smoothing: MotionSmoothing?

    /// - Parameter categories: of the model's folder, see ``ModelCategories``; empty for usual names.
    /// - Throws: `ConfigurationError` for a model that sees the frames around the one it segments.
    public init(
        of model: any SegmentationModel, categories: [ModelCategory] = []
    ) throws(ConfigurationError) {
        guard !model.readsClips else {
            throw .invalid(
                "model", expected: "a model of single frames, for films",
                found: "one of clips, which reads neighboring frames")
        }
        self.model = model
        self.categories =
            categories.isEmpty ? ModelCategories.usual(classes: model.classes) : categories
    }

    /// Frames that wait between two threads, in batches of the network.
    private static let batchesAhead = 2

    /// A frame with the network's input, `[tiles, h, w, 3]`.
    private struct Reduced: Sendable {
        let frame: FilmFrame
        let input: Tensor<UInt8>
    }

    /// A frame with its probabilities at the network's resolution, `[tiles, h, w, classes]`.
    private struct Scored: Sendable {
        let frame: FilmFrame
        let probabilities: Tensor<Float>
    }

    /// Segments all frames, in order.
    ///
    /// - Parameters:
    ///   - stream: the frames, read on a thread of its own.
    ///   - outputs: receive each frame in order, on a thread of its own; finished at the end, and
    ///     cancelled where an error or an interruption ends the work.
    ///   - progress: called with the number of finished frames; an error that it throws ends the
    ///     work.
    /// - Returns: the number of frames.
    /// - Throws: errors of stream, outputs and `progress`; `NonFiniteScores`.
    @discardableResult
    public func run(
        _ stream: any FrameSequence, to outputs: [any MaskOutput], progress: ProgressHandler? = nil
    ) throws -> Int {
        require(batch > 0, "FilmSegmentation: a batch of \(batch)")
        let reduced = BoundedQueue<Reduced>(capacity: Self.batchesAhead * batch)
        let scored = BoundedQueue<Scored>(capacity: Self.batchesAhead * batch)
        let reader = Self.thread("frames", Handover(stream)) { handover in
            let stream = handover.value
            reduced.finish(
                Result {
                    while let frame = try stream.next() {
                        let item = Reduced(frame: frame, input: input(of: frame.pixels))
                        guard reduced.send(item) else { return }
                    }
                })
        }
        let writer = Self.thread("masks", Handover((outputs, 0))) { handover in
            let result = Result {
                handover.value.1 = try write(scored, handover.value.0, progress)
            }
            handover.error = result.failure
            // The network must not wait for a writer that has ended.
            if result.failure != nil { scored.cancel() }
        }
        let result = Result { try score(reduced, into: scored) }
        reduced.cancel()
        scored.finish(result)
        reader.wait()
        writer.wait()
        do {
            if let error = writer.content.error { throw error }
            try result.get()
            for output in outputs { try output.finish() }
        } catch {
            for output in outputs { output.cancel() }
            throw error
        }
        return writer.content.value.1
    }

    /// Runs the network on frames, several at a time.
    private func score(
        _ reduced: BoundedQueue<Reduced>, into scored: BoundedQueue<Scored>
    ) throws {
        while let first = try reduced.receive() {
            var items = [first]
            while items.count < batch, let next = try reduced.receive() { items.append(next) }
            let inputs = items.count == 1 ? first.input : concatenated(items.map(\.input), axis: 0)
            let probabilities = network(inputs)
            var start = 0
            for item in items {
                let end = start + item.input.shape[0]
                let part = items.count == 1 ? probabilities : probabilities[start..<end].copied()
                guard scored.send(Scored(frame: item.frame, probabilities: part)) else { return }
                start = end
            }
        }
    }

    /// The largest number of tiles that the network sees at once.
    private static let mostTiles = 16

    private func network(_ inputs: Tensor<UInt8>) -> Tensor<Float> {
        let most = max(batch, Self.mostTiles)
        guard inputs.shape[0] > most else { return model.probabilities(fitted: inputs) }
        let parts = stride(from: 0, to: inputs.shape[0], by: most).map { start in
            model.probabilities(
                fitted: inputs[start..<min(start + most, inputs.shape[0])].contiguous())
        }
        return concatenated(parts, axis: 0)
    }

    /// Returns the network's input of a frame, `[tiles, h, w, 3]`.
    private func input(of pixels: Tensor<UInt8>) -> Tensor<UInt8> {
        guard let tiling else { return model.fitted(pixels).expanded(axis: 0) }
        let tiles = tiling.tiles(height: pixels.shape[0], width: pixels.shape[1])
        return stacked(
            tiles.map { model.fitted(pixels[$0.rows, $0.columns].contiguous()) }, axis: 0)
    }

    /// Finishes frames and hands them to the outputs.
    private func write(
        _ scored: BoundedQueue<Scored>, _ outputs: [any MaskOutput], _ progress: ProgressHandler?
    ) throws -> Int {
        var count = 0
        var average = smoothing?.start
        while let item = try scored.receive() {
            let pixels = item.frame.pixels
            let (height, width) = (pixels.shape[0], pixels.shape[1])
            var maps =
                tiling.map { $0.blended(item.probabilities, height: height, width: width) }
                ?? item.probabilities[0]
            if let smoothed = average?.add(maps, of: pixels) { maps = smoothed }
            let labels = try GestaltSegHeads.labels(
                ofFinite: maps.resized(height: height, width: width).expanded(axis: 0),
                threshold: threshold, name: { _ in "frame \(item.frame.number)" })[0]
            let masked = MaskedFrame(frame: item.frame, labels: labels.contiguous())
            for output in outputs { try output.append(masked) }
            count += 1
            try progress?(WorkProgress(done: count, unit: "frames"))
        }
        return count
    }
}

/// A value that one thread hands over to another, which alone uses it until it has ended.
private final class Handover<Value>: @unchecked Sendable {
    var value: Value
    var error: (any Error)?

    init(_ value: Value) { self.value = value }
}

/// A thread with its content, which may be read after ``wait()``.
private struct Worker<Value> {
    let content: Handover<Value>
    let done: DispatchSemaphore

    func wait() { done.wait() }
}

extension FilmSegmentation {
    private static func thread<Value>(
        _ name: String, _ content: Handover<Value>,
        _ body: @escaping @Sendable (Handover<Value>) -> Void
    ) -> Worker<Value> {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            body(content)
            done.signal()
        }
        thread.name = "Gestalt \(name)"
        thread.stackSize = 8 << 20
        thread.start()
        return Worker(content: content, done: done)
    }
}

extension Result where Failure == any Error {
    fileprivate var failure: (any Error)? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
