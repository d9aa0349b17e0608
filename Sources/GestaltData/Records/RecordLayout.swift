import GestaltMedia

/// Brings the features of a record of any layout to BAIR's keys, which ``ClipRecord`` reads.
///
/// Frames are found by what features hold: pictures (PNG, JPEG, …) or raw RGB bytes of one size,
/// - as a list, one string a frame: `image_main` of TensorFlow Datasets, `steps/observation/image`
///   of RLDS, a feature list of a SequenceExample;
/// - as a string each under numbered keys: `0/image_aux1/encoded`, `frame_0`, `images/0`.
///
/// Masks are found beside them under a name `mask`, `masks` or `segmentation`, commands as `action`,
/// places as `endeffector_pos`, in lists of numbers for the whole clip.
struct RecordLayout {
    typealias Features = [String: Example.Feature]

    /// One candidate: its strings in order.
    private struct Frames {
        var name: String
        var values: [[UInt8]]

        /// The bytes of a value, or the picture that it is.
        var size: String {
            let first = values.first ?? []
            let kind = Image.format(of: first).map { " of \($0.rawValue)" } ?? " bytes"
            return "\(name) (\(values.count) × \(first.count)\(kind))"
        }

        /// The parts of the name without digits and `encoded`.
        var words: [String] {
            name.split(separator: "/").map(String.init).filter { $0 != "encoded" && $0 != "N" }
        }
    }

    private static let maskWords: Set = ["mask", "masks", "segmentation", "segmentations"]
    /// Names of the camera that most people mean, in this order.
    private static let usualWords = [
        "image", "images", "video", "frames", "frame", "rgb", "image_0", "image_primary",
    ]

    let path: String
    let index: Int
    let options: ClipOptions

    /// - Parameter lists: the lists of a SequenceExample.
    /// - Throws: `ClipError.undecided` with keys and sizes where several features may be the frames.
    func features(
        _ features: Features, lists: [String: [Example.Feature]]
    ) throws(ClipError) -> Features {
        let image = "/image_\(options.camera.rawValue)/encoded"
        guard options.arrays.key != nil || !features.keys.contains(where: { $0.hasSuffix(image) })
        else { return features }
        let all = candidates(features, lists)
        let masks = all.filter { !Self.maskWords.isDisjoint(with: $0.words) }
        let otherCameras = Camera.allCases.filter { $0 != options.camera }
            .map { "image_\($0.rawValue)" }
        let pictures = all.filter {
            Self.maskWords.union(otherCameras).isDisjoint(with: $0.words) && isFrames($0.values)
        }
        guard let frames = try chosen(pictures, of: all) else { return features }
        var result = numbered("image_\(options.camera.rawValue)/encoded", frames.values)
        if options.camera == .main,
            let labels = masks.first(where: { $0.values.count == frames.values.count })
        {
            result.merge(numbered("mask/encoded", labels.values)) { $1 }
        }
        for (name, key, width) in [
            ("action", "action", 4), ("endeffector_pos", "endeffector_pos", 3),
        ] {
            result.merge(
                numbers(name, key, width: width, count: frames.values.count, features, lists)
            ) { $1 }
        }
        for key in ["height", "width"] { result[key] = features[key] }
        return result
    }

    private func numbered(_ name: String, _ values: [[UInt8]]) -> Features {
        Features(
            uniqueKeysWithValues: values.enumerated().map {
                ("\($0.offset)/\(name)", .bytes([$0.element]))
            })
    }

    /// The numbers of a clip cut into frames; none where there are not `width` a frame.
    private func numbers(
        _ name: String, _ key: String, width: Int, count: Int, _ features: Features,
        _ lists: [String: [Example.Feature]]
    ) -> Features {
        var all: [Float] = []
        if case .floats(let values) = features.first(where: { last($0.key) == name })?.value {
            all = values
        } else if let steps = lists.first(where: { last($0.key) == name })?.value {
            for case .floats(let values) in steps { all += values }
        }
        guard all.count == count * width else { return [:] }
        return Features(
            uniqueKeysWithValues: (0..<count).map {
                ("\($0)/\(key)", .floats(Array(all[$0 * width..<($0 + 1) * width])))
            })
    }

    private func last(_ key: String) -> String { String(key.split(separator: "/").last ?? "") }

    /// Every feature of byte strings, numbered ones gathered.
    private func candidates(
        _ features: Features, _ lists: [String: [Example.Feature]]
    ) -> [Frames] {
        var result: [Frames] = []
        var gathered: [String: [Int: [UInt8]]] = [:]
        for (key, feature) in features {
            guard case .bytes(let values) = feature, !values.isEmpty else { continue }
            if values.count == 1, let (name, number) = Self.number(in: key) {
                gathered[name, default: [:]][number] = values[0]
            } else {
                result.append(Frames(name: key, values: values))
            }
        }
        for (name, values) in gathered {
            let numbers = values.keys.sorted()
            guard let first = numbers.first, numbers.last == first + numbers.count - 1 else {
                continue
            }
            result.append(Frames(name: name, values: numbers.compactMap { values[$0] }))
        }
        for (name, steps) in lists {
            let values = steps.compactMap { step -> [UInt8]? in
                guard case .bytes(let strings) = step, strings.count == 1 else { return nil }
                return strings[0]
            }
            if values.count == steps.count, !values.isEmpty {
                result.append(Frames(name: name, values: values))
            }
        }
        return result.sorted { $0.name < $1.name }
    }

    /// The number in a key with exactly one: `3/image/encoded`, `images/3`, `frame_0003`.
    private static func number(in key: String) -> (name: String, number: Int)? {
        var parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let whole = parts.indices.filter { Int(parts[$0]) != nil }
        if whole.count == 1, let number = Int(parts[whole[0]]), number >= 0 {
            parts[whole[0]] = "N"
            return (parts.joined(separator: "/"), number)
        }
        guard whole.isEmpty, let last = parts.last,
            let mark = last.lastIndex(of: "_"),
            let number = Int(last[last.index(after: mark)...]), number >= 0
        else { return nil }
        parts[parts.count - 1] = String(last[..<mark])
        return (parts.joined(separator: "/"), number)
    }

    /// Whether strings may be frames: all pictures, or all raw bytes of the size that is known.
    private func isFrames(_ values: [[UInt8]]) -> Bool {
        if values.allSatisfy({ Image.format(of: $0) != nil }) { return true }
        let raw = options.height * options.width * 3
        return values.allSatisfy { $0.count == raw }
    }

    /// - Throws: `ClipError.undecided` where several are possible.
    private func chosen(_ pictures: [Frames], of all: [Frames]) throws(ClipError) -> Frames? {
        let sizes = all.map(\.size).joined(separator: ", ")
        if let key = options.arrays.key {
            guard
                let frames = all.first(where: { $0.name == key })
                    ?? all.first(where: { $0.words.contains(key) })
            else {
                throw .undecided(
                    path: "\(path), clip \(index)", found: "no '\(key)' among \(sizes)",
                    option: "--key NAME")
            }
            return frames
        }
        if pictures.count <= 1 { return pictures.first }
        for word in ["image_\(options.camera.rawValue)"] + Self.usualWords {
            let named = pictures.filter { $0.words.contains(word) }
            if named.count == 1 { return named[0] }
            if named.count > 1 { break }
        }
        throw .undecided(
            path: "\(path), clip \(index)", found: "frames under several keys: \(sizes)",
            option: "--key NAME")
    }
}
