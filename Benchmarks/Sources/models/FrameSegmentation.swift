import Foundation
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import Harness

/// One frame through a pre-trained segmentation model, the network alone: pixels in −0.5…0.5 to
/// probabilities, at the size of the frame.
struct FrameSegmentation {
    let name: String
    let side: Int
    let runs: Int

    func run() throws {
        let opened = try OpenedModel(at: name, for: .segmentation)
        let network = try opened.segmentation()
        printHeader("\(opened.path), one frame of \(side) × \(side)")
        let frame = sample([1, side, side, 3], seed: 5) * 0.5
        let time = Measurement(warmUps: 5, runs: runs) { checksum(network.probabilities(frame)) }
        let fastest = time.seconds[0]
        print(
            "\(fixed(time.median * 1e3, 2)) ms (±\(fixed(time.spread * 100, 0)) %), fastest "
                + "\(fixed(fastest * 1e3, 2)) ms")
        let loading = try measureLoading(opened.path)
        print("opened in \(fixed(loading * 1e3, 1)) ms")
        printRecord(
            "segment-frame", "\(side)", time,
            [
                "model": quoted(opened.path), "fastest_s": fixed(fastest, 7),
                "open_s": fixed(loading, 5),
            ])
    }

    /// Returns the median of seconds to read the model.
    private func measureLoading(_ path: String) throws -> Double {
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in
            try clock.measure { _ = try OpenedModel(at: path) } / .seconds(1)
        }
        return times.sorted()[2]
    }
}
