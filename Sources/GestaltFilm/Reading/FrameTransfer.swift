import GestaltChecks
import GestaltData
import GestaltTensor

/// The form in which frames come through the pipe, and the filters of `ffmpeg` that bring them
/// there.
struct FrameTransfer {
    let height: Int
    let width: Int
    private let planar: PlanarPixels?
    /// The chain of filters.
    let filters: String

    /// Weights of red and blue in luma, by the names of `ffprobe`.
    private static let weights: [String: (red: Double, blue: Double)] = [
        "bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt470bg": (0.299, 0.114),
    ]

    init(_ info: FilmInfo, _ options: FilmOptions) {
        let cut = options.crop
        if let cut {
            require(
                cut.top + cut.height <= info.height && cut.left + cut.width <= info.width,
                "FilmOptions.crop: \(cut.height) × \(cut.width) at (\(cut.top), \(cut.left)) in "
                    + "frames of \(info.height) × \(info.width)")
        }
        height = options.size?.height ?? cut?.height ?? info.height
        width = options.size?.width ?? cut?.width ?? info.width
        let matrix =
            info.matrix ?? (options.untaggedMatrix == .bt709 ? "bt709" : "smpte170m")
        let isPlanar = ["yuv420p", "yuvj420p"].contains(info.pixelFormat)
        var parts = ["\(ProgramLog.allFrames)=checksum=0"]
        let conditions = options.conditions
        if !conditions.isEmpty {
            parts += conditions.map { "select='\($0)'" }
            parts.append("\(ProgramLog.chosenFrames)=checksum=0")
        }
        if isPlanar, options.size == nil, cut == nil, let weights = Self.weights[matrix] {
            planar = PlanarPixels(
                height: height, width: width, red: weights.red, blue: weights.blue,
                isFullRange: info.isFullRange)
            // A film that changes its size within is brought to the first one.
            parts += ["scale=\(width):\(height)", "format=yuv420p|yuvj420p"]
        } else {
            planar = nil
            let untagged = info.matrix == nil && options.untaggedMatrix == .bt709
            let colors = untagged ? ":in_color_matrix=bt709" : ""
            if let cut {
                // Converted before it is cut: a rectangle may begin within a chroma pixel.
                parts += [
                    "scale=\(info.width):\(info.height):flags=bicubic+accurate_rnd\(colors)",
                    "format=rgb24",
                    "crop=\(cut.width):\(cut.height):\(cut.left):\(cut.top):exact=1",
                ]
            }
            let kind = options.size == nil ? "bicubic" : "bilinear"
            parts += [
                "scale=\(width):\(height):flags=\(kind)+accurate_rnd"
                    + "+full_chroma_inp\(cut == nil ? colors : "")", "format=rgb24",
            ]
        }
        filters = parts.joined(separator: ",")
    }

    /// Bytes of a frame in the pipe.
    var byteCount: Int { planar?.byteCount ?? height * width * 3 }

    /// Whether the bytes in the pipe are those of the frame.
    var isDirect: Bool { planar == nil }

    /// The frame `[H, W, 3]` of bytes from the pipe, where they are not the frame's own.
    func pixels(_ bytes: UnsafePointer<UInt8>) -> Tensor<UInt8> {
        Tensor(uninitialized: [height, width, 3]) { target in
            planar?.convert(bytes, to: target.baseAddress!)
        }
    }
}
