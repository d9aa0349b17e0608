import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// A causal tokenizer of random sizes with random weights, and clips for it.
private struct RandomTokenizer {
    let tokenizer: MagvitTokenizer
    let clips: Tensor<Float>
    let stride: Int

    init(seed: UInt64) {
        var numbers = TestNumbers(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &numbers)! }
        let configuration = MagvitConfiguration(
            width: pick([4, 6, 8]), multipliers: pick([[1, 2], [1, 1, 2], [1, 2, 4]]),
            timeStrides: [], groups: 2, past: pick([.zeros, .first]),
            quantizer: FiniteScalarQuantizer.Configuration(levels: pick([[8, 5, 5], [7, 5]])))
        var complete = configuration
        complete.timeStrides = configuration.multipliers.dropLast().map { _ in pick([1, 2]) }
        var random = RandomStream(seed: seed)
        tokenizer = MagvitTokenizer(complete, random: &random)
        stride = complete.strides.time
        let side = complete.strides.height
        let shape: Shape = [
            pick([1, 2]), 1 + stride * pick([2, 3]), side * pick([2, 3, 5]),
            side * pick([1, 4, 5]), 3,
        ]
        clips = .sample(shape, seed: seed &+ 1, in: -0.5...0.5)
    }

    var length: Int { clips.shape[1] }
}

@Suite struct CausalityTests {
    /// Whatever frame changes: what closed before is equal to the bit.
    @Test(arguments: 0..<UInt64(12)) func laterFramesChangeNoEarlierSlot(seed: UInt64) {
        let stated = RandomTokenizer(seed: seed)
        let (tokenizer, stride) = (stated.tokenizer, stated.stride)
        let before = tokenizer.continuousLatents(stated.clips, .inference)
        let features = tokenizer.latents(of: stated.clips, "features", .inference)
        for frame in 1..<stated.length {
            var clips = stated.clips
            clips[0..., frame] = -clips[0..., frame] + 0.1
            let after = tokenizer.continuousLatents(clips, .inference)
            let closed = (frame - 1) / stride + 1
            #expect(after[0..., 0..<closed] == before[0..., 0..<closed], "frame \(frame)")
            #expect(after[0..., closed..<after.shape[1]] != before[0..., closed..<after.shape[1]])
            #expect(
                tokenizer.latents(of: clips, "features", .inference)[0..., 0..<closed]
                    == features[0..., 0..<closed])
        }
    }

    @Test(arguments: 0..<UInt64(12)) func laterSlotsChangeNoEarlierFrame(seed: UInt64) {
        let stated = RandomTokenizer(seed: seed)
        let (tokenizer, stride) = (stated.tokenizer, stated.stride)
        let codes = tokenizer.encode(stated.clips)
        let before = tokenizer.decode(codes)
        #expect(before.shape == stated.clips.shape)
        for slot in 1..<codes.shape[1] {
            var changed = codes
            changed[0..., slot] = codes[0..., slot].following
            let after = tokenizer.decode(changed)
            let made = stride * (slot - 1) + 1
            #expect(after[0..., 0..<made] == before[0..., 0..<made], "slot \(slot)")
            #expect(after[0..., made..<made + stride] != before[0..., made..<made + stride])
        }
    }

    /// The beginning of a clip, and a clip alone, are those of the whole batch.
    @Test(arguments: 0..<UInt64(12)) func lengthAndBatchChangeNothing(seed: UInt64) {
        let stated = RandomTokenizer(seed: seed)
        let (tokenizer, stride) = (stated.tokenizer, stated.stride)
        let whole = tokenizer.continuousLatents(stated.clips, .inference)
        for slots in 1..<whole.shape[1] {
            let part = stated.clips[0..<1, 0..<1 + stride * (slots - 1)]
            #expect(
                tokenizer.continuousLatents(part, .inference) == whole[0..<1, 0..<slots],
                "\(slots) slots")
        }
        let codes = tokenizer.encode(stated.clips)
        let decoded = tokenizer.decode(codes)
        #expect(tokenizer.decode(codes[0..<1, 0..<1]) == decoded[0..<1, 0..<1])
    }

    @Test(arguments: 0..<UInt64(12)) func streamsAreTheWholeToTheBit(seed: UInt64) {
        let stated = RandomTokenizer(seed: seed)
        let tokenizer = stated.tokenizer
        let whole = tokenizer.continuousLatents(stated.clips, .inference)
        var (latents, codes) = (EncodingStream(tokenizer), EncodingStream(tokenizer))
        var slots: [Tensor<Int32>] = []
        for frame in 0..<stated.length {
            let present = stated.clips[0..., frame]
            let found = latents.appendLatents(present)
            #expect((found != nil) == (frame % stated.stride == 0))
            if let found { #expect(found == whole[0..., slots.count..<slots.count + 1]) }
            if let found = codes.append(present) { slots.append(found) }
        }
        #expect(latents.waitingCount == 0)
        let all = concatenated(slots, axis: 1)
        #expect(all == tokenizer.encode(stated.clips))

        let decoded = tokenizer.decode(all)
        var stream = DecodingStream(tokenizer)
        let frames = concatenated(slots.map { stream.append($0) }, axis: 1)
        #expect(frames == decoded)
        // Several slots at once, too.
        var other = DecodingStream(tokenizer)
        let first = other.append(all[0..., 0..<2])
        let rest = other.append(all[0..., 2..<all.shape[1]])
        #expect(concatenated([first, rest], axis: 1) == decoded)
    }

    /// Pixels that make tiles uneven, of which some are computed again, change no bit either.
    @Test func extremePixels() {
        let stated = RandomTokenizer(seed: 3)
        var clips = stated.clips
        clips[0, stated.length - 1, 1, 1] = Tensor([1e9, -1e9, 1e9])
        let tokenizer = stated.tokenizer
        let before = tokenizer.continuousLatents(stated.clips, .inference)
        let after = tokenizer.continuousLatents(clips, .inference)
        let closed = before.shape[1] - 1
        #expect(after[0..., 0..<closed] == before[0..., 0..<closed])
    }
}

extension Tensor<Int32> {
    /// Every code's successor, among the codes of all random tokenizers.
    fileprivate var following: Tensor<Int32> {
        Tensor(shape: shape, scalars: scalars.map { ($0 + 1) % 35 })
    }
}
