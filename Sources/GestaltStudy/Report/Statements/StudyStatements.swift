/// The sentences and questions that a report answers by default.
public enum StudyStatements {
    /// The claim of Maier and Mohankumar, *Video Prediction Models as General Visual Encoders*
    /// (2024), arXiv 2405.16382, in sentences that a study can test.
    public static var claim: [StudyStatement] {
        [
            StudyStatement(
                "With the frame encoder unfrozen, latents informed by the transformer and a "
                    + "convolutional decoder, segmentation is level with a U-Net.", .claim,
                [Contrast(.paper, .level, .unet)]),
            StudyStatement(
                "Its IoU is about 0.83.", .claim, [Contrast(.paper, .size, .unet)],
                published: 0.83,
                remark: "The published figure is of BAIR robot pushing; how its masks were made, "
                    + "and whether IoU is averaged over images or counts all pixels, is not known."),
            StudyStatement(
                "Motion-aware latents support segmentation from single frames.", .claim,
                [
                    Contrast(.frozenMotion, .above, .randomCounterpart),
                    Contrast(.frozenMotion, .above, .position),
                    Contrast(.frozenMotion, .above, .stillOnly),
                ],
                remark: "Frozen sources: what they know comes from prediction alone."),
            StudyStatement(
                "Latents informed by the transformer are better than the other latents.", .claim,
                [
                    Contrast(.frozenHidden, .above, .otherLatents),
                    Contrast(.trainedHidden, .above, .trainedFrameEncoder),
                ]),
            StudyStatement(
                "The frame encoder is better unfrozen than frozen.", .claim,
                [Contrast(.paper, .above, .frozenCounterpart)]),
            StudyStatement(
                "The convolutional decoder is the best of the heads.", .claim,
                [Contrast(.convolutional, .above, .otherHead)]),
            StudyStatement(
                "The choice of the video model matters.", .claim,
                [Contrast(.videoGPT, .differs, .magvit)]),
            StudyStatement(
                "Temporal information matters.", .claim,
                [
                    Contrast(.severalFrames, .above, .singleFrameCounterpart),
                    Contrast(.trueClip, .above, .singleFrameSource),
                ]),
            StudyStatement(
                "Scale matters.", .claim, [Contrast(.larger, .above, .smallerCounterpart)]),
        ]
    }

    /// Questions that a test of the claim has to settle beyond its sentences.
    public static var questions: [StudyStatement] {
        [
            StudyStatement(
                "Does a single-frame latent beat random weights, position alone and a constant "
                    + "mask?", .question,
                [
                    Contrast(.singleFrame, .above, .randomCounterpart),
                    Contrast(.singleFrame, .above, .position),
                    Contrast(.singleFrame, .above, .constantMask),
                ]),
            StudyStatement(
                "Does the prior add anything to its own frame encoder once both are trained?",
                .question, [Contrast(.trainedHidden, .above, .trainedFrameEncoder)]),
            StudyStatement(
                "Are latents of position queries level with those of sampled futures?", .question,
                [
                    Contrast(.maskedQueries, .level, .sampledFutures),
                    Contrast(.startQueries, .size, .sampledFutures),
                ],
                remark: "The first comparison is of a prior with code dropout, the second of the "
                    + "start-of-sequence embedding as query: code dropout closes the gap where "
                    + "the first is level and the second is not."),
            StudyStatement(
                "How far are latents of the true future above the best of a single frame, both "
                    + "frozen?", .question,
                [Contrast(.trueClip, .size, .frozenSingleFrame)]),
            StudyStatement(
                "Do two to four conditioning frames improve on one?", .question,
                [Contrast(.severalFrames, .above, .singleFrameCounterpart)]),
        ]
    }
}
