import Gestalt

/// From clips to masks: a video tokenizer learns to reconstruct robot-pushing clips, a head learns to
/// segment from its latents, a U-Net learns the same from RGB; all on the sample in the package.
@main
struct SegmentFrames {
    static func main() throws {
        let data = DataChoice("sample")
        let quiet = RunOptions(showsProgress: false)

        var recipe = TokenizerRecipe(data: data, preset: .tiny, steps: 60)
        recipe.optimization.batchSize = 4
        let tokenizer = try recipe.train(quiet)
        for metric in tokenizer.evaluation?.metrics ?? [] {
            print("tokenizer", metric.name, metric.value)
        }

        let head = HeadRecipe(
            data: data, head: "convolutional:32", labels: 100, steps: 100)
        let onLatents = try head.train(on: tokenizer.model, quiet).model
        let onPixels = try UNetRecipe(data: data, network: .demo, labels: 100, steps: 60)
            .train(quiet).model

        let test = try DataSet.sample(.test)
        print("head on latents: IoU", try SegmentationReport(of: onLatents, on: test).perImage.iou)
        print("U-Net on RGB: IoU", try SegmentationReport(of: onPixels, on: test).perImage.iou)

        let mask = onPixels.segment(image: test.clips[0].frames[15])  // any size in, the same out
        print("mask", mask.shape, "foreground", mask.cast(to: Float.self).mean().scalar)
    }
}
