import Foundation

/// The answer of `ffprobe` about a file.
struct FilmProbe: Decodable {
    struct Stream: Decodable {
        struct Disposition: Decodable {
            var attached_pic: Int?
            var still_image: Int?
        }

        struct SideData: Decodable { var rotation: Double? }
        struct Tags: Decodable { var rotate: String? }

        var index: Int
        var codec_type: String?
        var codec_name: String?
        var width: Int?
        var height: Int?
        var pix_fmt: String?
        var color_range: String?
        var color_space: String?
        var sample_aspect_ratio: String?
        var avg_frame_rate: String?
        var r_frame_rate: String?
        var duration: String?
        var nb_frames: String?
        var disposition: Disposition?
        var side_data_list: [SideData]?
        var tags: Tags?

        /// Whether it is a film, not a cover picture.
        var isFilm: Bool {
            codec_type == "video" && disposition?.attached_pic != 1
                && disposition?.still_image != 1
        }

        /// Degrees clockwise, a multiple of 90: newer programs write a matrix's angle, older ones a
        /// tag.
        var turn: Int {
            let angle =
                side_data_list?.compactMap(\.rotation).first.map { -$0 }
                ?? tags?.rotate.flatMap(Double.init) ?? 0
            guard angle.isFinite, abs(angle) < 1e6 else { return 0 }
            return ((Int((angle / 90).rounded()) * 90) % 360 + 360) % 360
        }
    }

    struct Format: Decodable {
        var format_name: String?
        var duration: String?
    }

    var streams: [Stream]?
    var format: Format?

    static let entries =
        "stream=index,codec_type,codec_name,width,height,pix_fmt,color_range,color_space,"
        + "sample_aspect_ratio,avg_frame_rate,r_frame_rate,duration,nb_frames"
        + ":stream_disposition=attached_pic,still_image:stream_side_data=rotation"
        + ":stream_tags=rotate:format=format_name,duration"

    /// Rows and columns beyond these are no film: they are refused before memory is taken.
    static let largestSide = 16384

    /// A fraction such as `30000/1001` or `4:3` as a number; nil where it has no value.
    static func ratio(_ text: String?) -> Double? {
        guard let text else { return nil }
        let parts = text.split(whereSeparator: { $0 == "/" || $0 == ":" }).compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
        return parts[0] / parts[1]
    }

    private static func positive(_ text: String?) -> Double? {
        text.flatMap(Double.init).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    /// The properties of the first film in the file.
    /// - Throws: ``FilmError/unreadable(path:expected:found:)``.
    func info(path: String) throws(FilmError) -> FilmInfo {
        guard let stream = streams?.first(where: \.isFilm) else {
            throw .unreadable(path: path, expected: "a film", found: otherContent)
        }
        guard let codec = stream.codec_name, codec != "unknown" else {
            throw .unreadable(
                path: path, expected: "a film of a known codec", found: "an unknown codec")
        }
        guard let width = stream.width, let height = stream.height, width > 0, height > 0 else {
            throw .unreadable(
                path: path, expected: "frames", found: "a \(codec) film without a size")
        }
        guard max(width, height) <= Self.largestSide else {
            throw .unreadable(
                path: path, expected: "frames of at most \(Self.largestSide) rows and columns",
                found: "\(height) × \(width)")
        }
        let isLying = stream.turn % 180 == 90
        let format = stream.pix_fmt ?? "unknown"
        let matrix = stream.color_space.flatMap { $0 == "unknown" ? nil : $0 }
        return FilmInfo(
            height: isLying ? width : height, width: isLying ? height : width,
            rotation: stream.turn, codec: codec, container: self.format?.format_name ?? "unknown",
            pixelFormat: format,
            isFullRange: stream.color_range == "pc" || format.hasPrefix("yuvj"), matrix: matrix,
            pixelAspect: Self.ratio(stream.sample_aspect_ratio),
            framesPerSecond: Self.ratio(stream.avg_frame_rate) ?? Self.ratio(stream.r_frame_rate),
            duration: Self.positive(stream.duration) ?? Self.positive(self.format?.duration),
            claimedFrameCount: stream.nb_frames.flatMap { Int($0) }, stream: stream.index)
    }

    private var otherContent: String {
        let streams = streams ?? []
        if streams.contains(where: { $0.codec_type == "video" }) {
            return "sound with a cover picture"
        }
        return streams.contains { $0.codec_type == "audio" } ? "sound alone" : "no pictures"
    }
}
