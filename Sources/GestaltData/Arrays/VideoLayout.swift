/// The order of an array's axes: a letter an axis, outermost first.
///
/// `b` clips, `n` samples of a clip, `t` frames, `h` rows, `w` columns, `c` channels: `bthwc` is what
/// Gestalt writes, `tchw` and `bcthw` are what PyTorch's video tools write. `h` and `w` are needed,
/// the others may be missing; no letter occurs twice.
public struct VideoLayout: RawRepresentable, Codable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// The order that arrays are brought to.
    static let standard = "bnthwc"

    public init?(rawValue: String) {
        guard rawValue.allSatisfy(Self.standard.contains), rawValue.contains("h"),
            rawValue.contains("w"), Set(rawValue).count == rawValue.count
        else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// The number of axes.
    var rank: Int { rawValue.count }

    /// The lengths of the axes in the standard order, 1 for missing ones.
    func lengths(_ shape: [Int]) -> [Int] {
        Self.standard.map { letter in
            rawValue.firstIndex(of: letter).map {
                shape[rawValue.distance(from: rawValue.startIndex, to: $0)]
            } ?? 1
        }
    }

    /// The axes in the standard order, missing ones left out.
    var order: [Int] {
        Self.standard.compactMap { letter in
            rawValue.firstIndex(of: letter).map {
                rawValue.distance(from: rawValue.startIndex, to: $0)
            }
        }
    }

    /// Layouts that a shape may have, the same pixels counted once; several when it does not decide.
    ///
    /// Channels last (1, 3 or 4 of them) always win: no frame is so narrow. Channels first count
    /// with 1 or 3, and with 4 where nothing else is possible.
    static func candidates(for shape: [Int]) -> [VideoLayout] {
        let hasChannelsLast = [1, 3, 4].contains(shape.last ?? 0)
        let texts: [String]
        switch shape.count {
        case 3: texts = hasChannelsLast || [1, 3].contains(shape[0]) ? pictures(shape) : ["thw"]
        case 4: texts = hasChannelsLast ? ["thwc"] : channelsFirst(clip: shape)
        case 5: texts = hasChannelsLast ? ["bthwc"] : channelsFirst(clips: shape)
        case 6: texts = hasChannelsLast ? ["bnthwc"] : shape[3] == 3 ? ["bntchw"] : []
        default: texts = []
        }
        return texts.compactMap(VideoLayout.init(rawValue:))
    }

    /// One picture with channels, or a gray clip of few or very narrow frames.
    private static func pictures(_ shape: [Int]) -> [String] {
        if shape[2] == 1 { return ["hwc", "thw"] }
        if shape[0] == 1 { return ["thw"] }
        return [[3, 4].contains(shape[2]) ? "hwc" : "chw", "thw"]
    }

    private static func channelsFirst(clip shape: [Int]) -> [String] {
        // A gray clip alone: with or without the meaning of channel, the same pixels.
        if shape[0] == 1 { return shape[1] == 3 ? ["tchw", "bthw"] : ["bthw"] }
        if shape[1] == 1 { return ["tchw"] }
        if shape[1] == 3 { return shape[0] == 3 ? ["tchw", "cthw", "bthw"] : ["tchw"] }
        return shape[0] == 3 ? ["cthw", "bthw"] : ["bthw"]
    }

    private static func channelsFirst(clips shape: [Int]) -> [String] {
        let few = [1, 3].contains
        let texts = (few(shape[2]) ? ["btchw"] : []) + (few(shape[1]) ? ["bcthw"] : [])
        if !texts.isEmpty { return texts }
        return (shape[2] == 4 ? ["btchw"] : []) + (shape[1] == 4 ? ["bcthw"] : [])
    }
}
