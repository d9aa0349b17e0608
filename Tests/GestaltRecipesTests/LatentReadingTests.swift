import GestaltData
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import Synchronization
import TestSupport
import Testing

/// Clips in memory that count how often each is read.
struct CountedClips: ClipSource {
    let clips: [Clip]
    let readings = Counter()

    var count: Int { clips.count }
    var labelMeaning: LabelMeaning { .instances }
    var description: String { "counted" }

    func clip(at index: Int) throws -> Clip {
        readings.see(index)
        return clips[index]
    }

    /// Known without a reading.
    func info(at index: Int) throws -> ClipInfo { ClipInfo(clips[index]) }
}

/// Latents by their keys.
private final class KeptLatents: LatentStore {
    private let kept = Mutex<[String: Latent]>([:])
    var count: Int { kept.withLock { $0.count } }

    func latents(_ key: String) throws -> Latent? { kept.withLock { $0[key] } }
    func store(_ latents: Latent, _ key: String) throws { kept.withLock { $0[key] = latents } }
}

/// An encoder that is no stored one: nothing but the program knows its factor.
private struct Multiplier: VisualEncoder {
    let factor: Float
    var sizeMultiple: Int { 1 }

    func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(slots: 1, height: height, width: width, channels: 3, stride: 1)
    }

    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        Latent((frames * factor).expanded(axis: 1), stride: 1)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// Latents that are computed once, and what is read for them.
@Suite struct LatentReadingTests {
    private static let frames = [(0, 0), (0, 7), (1, 3)].map {
        FrameIndex(clip: $0.0, frame: $0.1)
    }

    private static func batches(
        _ encoder: any VisualEncoder, _ clips: CountedClips, _ store: KeptLatents? = nil
    ) throws -> LatentBatches {
        try LatentBatches(
            encoder: LabeledFrameEncoder(encoder), clips: clips, frames: frames, batchSize: 2,
            seed: 0, store: store)
    }

    @Test func clipsAreReadOnceAndForAStoreThatLacksThemTwice() throws {
        let clips = try SmallRecipes.data.open(.train, masks: .required).clips
        let encoder = PixelEncoder()
        let plain = CountedClips(clips: clips)
        let batches = try Self.batches(encoder, plain)
        #expect(plain.readings.seen.sorted() == [0, 1])
        #expect(batches.latents.tensor.shape[0] == 6 && batches.masks.shape[0] == 6)
        // Mirror images come after all frames.
        #expect(batches.latents.tensor[3] == batches.latents.tensor[0].flipped(axis: -2))
        #expect(batches.masks[5] == batches.masks[2].flipped(axis: -1))
        let store = KeptLatents()
        for readings in [[0, 0, 1, 1], [0, 1]] {
            let counted = CountedClips(clips: clips)
            let stored = try Self.batches(encoder, counted, store)
            #expect(counted.readings.seen.sorted() == readings)
            #expect(stored.latents.tensor == batches.latents.tensor)
            #expect(stored.masks == batches.masks)
        }
        #expect(store.count == 1)
    }

    @Test func latentsOfAnEncoderWithoutANameAreNotMixedUp() throws {
        let clips = CountedClips(
            clips: try SmallRecipes.data.open(.train, masks: .required).clips)
        let store = KeptLatents()
        let one = try Self.batches(Multiplier(factor: 1), clips, store)
        let two = try Self.batches(Multiplier(factor: 2), clips, store)
        #expect(two.latents.tensor == one.latents.tensor * 2 && store.count == 0)
    }
}
