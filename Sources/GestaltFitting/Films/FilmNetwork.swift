import GestaltFilm
import GestaltMedia
import GestaltSegHeads
import GestaltTensor

/// The network of the segmentation of a film, in the three steps that run side by side.
protocol FilmNetwork: Sendable {
    /// The output for one frame, at the network's resolution.
    associatedtype Scores: Sendable
    /// What is kept from frame to frame.
    associatedtype Memory: Sendable

    /// The memory before the first frame.
    var start: Memory { get }
    /// Returns the network's input of a frame `[H, W, 3]`: `[tiles, h, w, 3]`.
    func input(of pixels: Tensor<UInt8>) -> Tensor<UInt8>
    /// Runs the network.
    ///
    /// - Parameters:
    ///   - inputs: of several frames, one after the other.
    ///   - counts: the number of tiles of each frame.
    func scores(of inputs: Tensor<UInt8>, counts: [Int]) -> [Scores]
    /// Returns the mask of a frame, in its size.
    /// - Throws: `NonFiniteScores`.
    func masked(_ frame: FilmFrame, _ scores: Scores, _ memory: inout Memory) throws -> MaskedFrame
}

/// A model of foreground or classes.
struct MaskFilmNetwork: FilmNetwork {
    let model: any SegmentationModel
    let threshold: Float
    let batch: Int
    let tiling: Tiling?
    let smoothing: MotionSmoothing?

    /// The largest number of tiles that the network sees at once.
    private static let mostTiles = 16

    var start: MotionAverage? { smoothing?.start }

    func input(of pixels: Tensor<UInt8>) -> Tensor<UInt8> {
        guard let tiling else { return model.fitted(pixels).expanded(axis: 0) }
        let tiles = tiling.tiles(height: pixels.shape[0], width: pixels.shape[1])
        return stacked(
            tiles.map { model.fitted(pixels[$0.rows, $0.columns].contiguous()) }, axis: 0)
    }

    /// Returns probabilities `[tiles, h, w, classes]` of each frame.
    func scores(of inputs: Tensor<UInt8>, counts: [Int]) -> [Tensor<Float>] {
        let probabilities = probabilities(inputs)
        guard counts.count > 1 else { return [probabilities] }
        var start = 0
        return counts.map { count in
            defer { start += count }
            return probabilities[start..<start + count].copied()
        }
    }

    private func probabilities(_ inputs: Tensor<UInt8>) -> Tensor<Float> {
        let most = max(batch, Self.mostTiles)
        guard inputs.shape[0] > most else { return model.probabilities(fitted: inputs) }
        let parts = stride(from: 0, to: inputs.shape[0], by: most).map { start in
            model.probabilities(
                fitted: inputs[start..<min(start + most, inputs.shape[0])].contiguous())
        }
        return concatenated(parts, axis: 0)
    }

    func masked(
        _ frame: FilmFrame, _ scores: Tensor<Float>, _ average: inout MotionAverage?
    ) throws -> MaskedFrame {
        let (height, width) = (frame.pixels.shape[0], frame.pixels.shape[1])
        var maps = tiling.map { $0.blended(scores, height: height, width: width) } ?? scores[0]
        if let smoothed = average?.add(maps, of: frame.pixels) { maps = smoothed }
        // Before they are enlarged: there are far fewer of them.
        guard maps.withScalars({ $0.allSatisfy(\.isFinite) }) else {
            throw NonFiniteScores(picture: "frame \(frame.number)")
        }
        let labels = GestaltSegHeads.labels(
            ofProbabilities: maps.resized(height: height, width: width), threshold: threshold)
        return MaskedFrame(frame: frame, labels: labels)
    }
}

/// A model of objects, each of which keeps its id while its masks in consecutive frames overlap.
struct InstanceFilmNetwork: FilmNetwork {
    let model: any InstanceModel
    /// The least score of an object.
    let threshold: Float

    var start: ObjectTracks { ObjectTracks() }

    func input(of pixels: Tensor<UInt8>) -> Tensor<UInt8> {
        model.fitted(pixels).expanded(axis: 0)
    }

    func scores(of inputs: Tensor<UInt8>, counts: [Int]) -> [InstanceProposals] {
        model.proposals(fitted: inputs)
    }

    func masked(
        _ frame: FilmFrame, _ proposals: InstanceProposals, _ tracks: inout ObjectTracks
    ) throws -> MaskedFrame {
        guard proposals.isFinite else { throw NonFiniteScores(picture: "frame \(frame.number)") }
        let map = SegmentedInstances(
            confident(proposals).resized(
                height: frame.pixels.shape[0], width: frame.pixels.shape[1]),
            threshold: threshold)
        let (ids, objects) = tracks.add(map)
        return MaskedFrame(frame: frame, labels: ids, objects: objects)
    }

    /// Returns the proposals from the threshold on: most queries find nothing, and their masks need
    /// not be enlarged.
    private func confident(_ proposals: InstanceProposals) -> InstanceProposals {
        let (count, kept) = (
            proposals.count, proposals.scores.indices.filter { proposals.scores[$0] >= threshold }
        )
        guard kept.count < count else { return proposals }
        let (height, width) = (proposals.height, proposals.width)
        var masks = Tensor<Float>.zeros([height, width, kept.count])
        masks.withMutableScalars { target in
            proposals.masks.withScalars { values in
                for pixel in 0..<height * width {
                    for (place, index) in kept.enumerated() {
                        target[pixel * kept.count + place] = values[pixel * count + index]
                    }
                }
            }
        }
        return InstanceProposals(
            masks: masks, classes: kept.map { proposals.classes[$0] },
            scores: kept.map { proposals.scores[$0] })
    }
}
