import Foundation
import GestaltMetrics

/// The results of a ``Demonstration``, as a table and a verdict.
public struct DemonstrationReport: Sendable {
    public let reconstruction: ReconstructionReport
    /// The mean of all training masks, which ignores the image.
    public let meanMask: SegmentationReport
    public let head: SegmentationReport
    public let unet: SegmentationReport
    /// A U-Net on ten labels, from random weights.
    public let fewLabelUNet: SegmentationReport
    /// The encoder pre-trained on video, on the same labels.
    public let fewLabelEncoder: SegmentationReport
    /// The segmentation model of the package.
    public let pretrained: SegmentationReport
    public let thresholds: Demonstration.Thresholds

    /// The results below their thresholds, a sentence each; empty for a successful demonstration.
    public var shortfalls: [String] {
        var result: [String] = []
        if !(reconstruction.psnr >= thresholds.psnr) {
            result.append(
                String(
                    format: "reconstructions reach %.1f dB, at least %.1f are expected",
                    reconstruction.psnr, thresholds.psnr))
        }
        if !(unet.perImage.iou >= thresholds.unetIoU) {
            result.append(
                String(
                    format: "the U-Net reaches an IoU of %.3f, at least %.2f is expected",
                    unet.perImage.iou, thresholds.unetIoU))
        }
        if !(head.perImage.iou > meanMask.perImage.iou) {
            result.append(
                String(
                    format: "the head's IoU of %.3f is not above the mean mask's %.3f",
                    head.perImage.iou, meanMask.perImage.iou))
        }
        return result + pretrainedShortfalls
    }

    private var pretrainedShortfalls: [String] {
        var result: [String] = []
        if !(pretrained.perImage.iou >= thresholds.pretrainedIoU) {
            result.append(
                String(
                    format: "the model in the repository reaches an IoU of %.3f, at least %.2f is "
                        + "expected", pretrained.perImage.iou, thresholds.pretrainedIoU))
        }
        if !(fewLabelEncoder.perImage.iou > fewLabelUNet.perImage.iou) {
            result.append(
                String(
                    format:
                        "with ten labels the pre-trained encoder's IoU of %.3f is not above the "
                        + "U-Net's %.3f", fewLabelEncoder.perImage.iou, fewLabelUNet.perImage.iou))
        }
        return result
    }

    /// The scores, in columns.
    public var table: String {
        let rows = [
            ("mean training mask, ignores the image", meanMask),
            ("head on frozen tokenizer latents, all labels", head),
            ("U-Net on RGB, all labels", unet),
            ("U-Net on RGB, ten labels", fewLabelUNet),
            ("encoder pre-trained on video, ten labels", fewLabelEncoder),
            ("robot-push-small/foreground, as committed", pretrained),
        ]
        let first = rows.map(\.0.count).max()!
        func line(_ name: String, _ cells: [String]) -> String {
            name.padding(toLength: first, withPad: " ", startingAt: 0)
                + cells.map { String(repeating: " ", count: max(0, 15 - $0.count)) + $0 }.joined()
        }
        var lines = [line("", ["IoU per image", "IoU micro", "Dice"])]
        for (name, scores) in rows {
            let values = [scores.perImage.iou, scores.micro.iou, scores.perImage.dice]
            lines.append(line(name, values.map { String(format: "%.3f", $0) }))
        }
        lines.append("")
        lines.append(
            String(
                format:
                    "Reconstruction of test clips: %.1f dB PSNR, SSIM %.2f, %.0f %% of codes in use.",
                reconstruction.psnr, reconstruction.ssim ?? .nan, 100 * reconstruction.codesUsed))
        return lines.joined(separator: "\n")
    }
}
