import GestaltData
import GestaltModels
import GestaltPrior
import GestaltVideo

extension VideoTokenizerConfiguration {
    /// The frame sizes that the tokenizer accepts.
    package var frameTarget: FrameTarget {
        .multiple(height: strides.height, width: strides.width)
    }
}

extension ClipPredictor {
    /// The frame size that the predictor accepts.
    package var frameTarget: FrameTarget {
        .exactly(height: clipSizes.height, width: clipSizes.width)
    }
}

extension VideoModel {
    /// The frame sizes that the model accepts.
    package var frameTarget: FrameTarget {
        clipPredictor?.frameTarget ?? tokenizer.configuration.frameTarget
    }
}

extension StoredEncoder {
    /// The frame sizes that the encoder accepts.
    var frameTarget: FrameTarget {
        configuration.frameSize.map { .exactly(height: $0.height, width: $0.width) }
            ?? .multiple(height: sizeMultiple, width: sizeMultiple)
    }
}
