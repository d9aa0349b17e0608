import GestaltData
import GestaltFitting

/// Facts of data that do not exist, for plans and choices.
enum Facts {
    /// Films `film0`, `film1`, … of `length` frames of 480 × 640 pixels, each with labels at some
    /// frames, of the classes 1 and, in every second film, 2.
    static func films(
        _ count: Int, length: Int = 100, labelsAt frames: [Int] = [10, 50, 90],
        side: Double? = 0.2, cameraIsStill: Bool = true
    ) -> FrameFacts {
        FrameFacts(
            splits: [],
            clips: (0..<count).map { number in
                FrameFacts.ClipFacts(
                    split: .train, index: number, name: "film\(number)", film: "film\(number)",
                    frameCount: length,
                    labeled: frames.map {
                        FrameFacts.LabeledFacts(
                            frame: $0, classes: number % 2 == 0 ? [1, 2] : [1])
                    })
            },
            height: 480, width: 640, classes: 3, categories: [], smallestSide: side,
            cameraIsStill: cameraIsStill)
    }

    /// Times of a machine that trains a batch of 16 frames of 64 × 64 pixels in 0.2 s.
    static let costs = [
        NetworkCost(
            width: 32, trainingSeconds: 3e-6, inferenceSeconds: 1e-6, trainingBytes: 3000,
            fixedBytes: 50_000_000),
        NetworkCost(
            width: 16, trainingSeconds: 1e-6, inferenceSeconds: 3e-7, trainingBytes: 1500,
            fixedBytes: 15_000_000),
    ]
}
