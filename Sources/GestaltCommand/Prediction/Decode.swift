import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt decode`: codes to clips.
struct Decode: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decode codes to clips.",
        discussion: """
            Reads int32 codes [B, t, h, w] and writes clips [B, T, H, W, 3]: as a float32 array, \
            nominally −0.5 to 0.5, not clamped; as GIF, mp4 or PNG clamped, clips side by side.
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: "Codes [B,] t, h, w as npy, npz or safetensors.", completion: .file())
    var input: String
    @Option(help: "Frames per second of a GIF or mp4; 6.67 by default.", transform: frameRate)
    var fps: Double?
    @Option(
        help: "The file to write: .npy, .npz, .safetensors, .gif, .mp4 or .png.",
        completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ["codes": "--input"]

    func validate() throws { try checkFrameRate(fps, output) }

    func run() throws {
        try checkOutput(output, pictures: true)
        let model = try model.video()
        let codes = try readCodes(input)
        try model.tokenizer.check(codes: codes)
        try beginWork(output)
        let progress = common.progress("decoding", total: codes.shape[0], unit: "clips")
        var parts: [Tensor<Float>] = []
        for clip in 0..<codes.shape[0] {
            try stopIfAsked(progress)
            parts.append(model.tokenizer.decode(codes[clip..<clip + 1]))
            progress.update(clip + 1)
        }
        progress.finish()
        if isPicture(output) {
            let pictures = parts.map { $0[0].pixelBytes() }
            try writePictures(
                [pictures], titles: pictures.indices.map { "clip \($0)" }, fps: fps, to: output)
            return print("\(output): \(parts.count) clips")
        }
        let video = concatenated(parts, axis: 0)
        try ArrayFile.write(video, name: "video", to: output)
        print("\(output): float32 \(video.shape)")
    }
}
