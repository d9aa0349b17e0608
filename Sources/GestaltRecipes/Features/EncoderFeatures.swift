import GestaltData
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The latents of any registered encoder for the first frame of each clip, or for as many frames as
/// the encoder reads, `[B, slots, h, w, channels]`.
struct EncoderFeatures: FeatureSource {
    private let encoder: any StoredEncoder

    init(named name: ComponentName, on model: OpenedModel?) throws {
        var random = RandomStream(seed: 0)
        encoder =
            try model?.encoder(named: name, random: &random)
            ?? Encoders.type(of: name).init(named: name, on: nil, random: &random)
    }

    var frameTarget: FrameTarget { encoder.frameTarget }
    var frameCount: Int? { encoder.readsClips ? encoder.clipLength : 1 }

    /// - Throws: `ClipError` for clips that are shorter than the encoder reads.
    func features(of input: VideoInput, _ conditions: FeatureConditions) throws -> ClipFeatures {
        let encoder = encoder
        guard encoder.readsClips, let length = encoder.clipLength else {
            return ClipFeatures(of: input.video) {
                try encoder.latents(of: $0.selected(0, axis: 1)).tensor
            }
        }
        return ClipFeatures(of: try input.first(length)) {
            try encoder.latents(of: $0).tensor
        }
    }
}
