import GestaltMedia
import GestaltTensor

/// Makes a clip of one `tf.train.Example` in BAIR's layout.
///
/// Keys are `t/image_main/encoded`, `t/image_aux1/encoded` (pictures, or raw RGB bytes), `t/action` (4 floats),
/// `t/endeffector_pos` (3 floats) and, where there are labels, `t/mask/encoded` (a PNG or
/// a byte a pixel, for the main camera); t = 0, 1, 2… in any order, with or without zero padding.
package struct ClipRecord {
    let path: String
    let index: Int
    let example: Example
    let options: ClipOptions
    /// Frame number → its keys without the number → the whole key.
    private let keys: [Int: [String: String]]

    package init(_ example: Example, path: String, index: Int, options: ClipOptions) {
        self.path = path
        self.index = index
        self.example = example
        self.options = options
        var keys: [Int: [String: String]] = [:]
        for key in example.features.keys {
            guard let slash = key.firstIndex(of: "/"), let frame = Int(key[..<slash]), frame >= 0
            else { continue }
            keys[frame, default: [:]][String(key[key.index(after: slash)...])] = key
        }
        self.keys = keys
    }

    /// - Throws: `ClipError`, or `MediaError` for a broken picture.
    package func clip() throws -> Clip {
        let image = "image_\(options.camera.rawValue)/encoded"
        let count = try frameCount(image)
        let frames = try frames(image, count: count)
        let size = FrameSize(frames.shape[1], frames.shape[2])
        return Clip(
            name: "\(path.split(separator: "/").last ?? "")#\(index)", frames: frames,
            masks: try masks(count: count, size),
            actions: try floats("action", count: count, each: 4),
            positions: try floats("endeffector_pos", count: count, each: 3))
    }

    /// Frames `[T, H, W, 3]`: pictures, or raw bytes.
    private func frames(_ name: String, count: Int) throws -> Tensor<UInt8> {
        var size: FrameSize?
        var pixels: [UInt8] = []
        for frame in 0..<count {
            let (key, value) = try string(name, frame)
            guard Image.format(of: value) != nil else {
                let raw = size ?? rawSize(value.count)
                try requireCount(value, raw.height * raw.width * 3, key: key, raw)
                size = raw
                pixels += value
                continue
            }
            let picture = try Image.decode(
                value, as: .rgb, name: "\(path), clip \(index), \(key)")
            let own = FrameSize(picture.shape[0], picture.shape[1])
            guard size == nil || size == own else {
                throw ClipError.wrongFeature(
                    path: path, clip: index, key: key,
                    expected: "\(size ?? own) pixels like the frames before", found: "\(own)")
            }
            size = own
            picture.withScalars { pixels += $0 }
        }
        let known = size ?? FrameSize(options.height, options.width)
        return Tensor(shape: [count, known.height, known.width, 3], scalars: pixels)
    }

    /// The size of raw frames: that of the options, what the record says, or a square.
    private func rawSize(_ byteCount: Int) -> FrameSize {
        let given = FrameSize(options.height, options.width)
        if byteCount == given.height * given.width * 3 { return given }
        if case .integers(let height) = example.features["height"],
            case .integers(let width) = example.features["width"],
            let rows = height.first, let columns = width.first,
            let size = FrameSize(height: Int(clamping: rows), width: Int(clamping: columns)),
            byteCount == size.height * size.width * 3
        {
            return size
        }
        let side = Int(Double(byteCount / 3).squareRoot().rounded())
        return side > 0 && byteCount == side * side * 3 ? FrameSize(side, side) : given
    }

    private func frameCount(_ image: String) throws(ClipError) -> Int {
        let numbers = keys.filter { $0.value[image] != nil }.keys.sorted()
        guard !numbers.isEmpty else {
            let numbered = Set(keys.values.flatMap(\.keys)).sorted().map { "t/" + $0 }
            let found =
                numbered.isEmpty
                ? example.features.sorted { $0.key < $1.key }
                    .map { "\($0.key) (\($0.value.summary))" } : numbered
            throw .missingCamera(path: path, clip: index, camera: options.camera, found: found)
        }
        for (expected, found) in numbers.enumerated() where expected != found {
            throw .brokenFrameNumbers(path: path, clip: index, expected: expected, found: found)
        }
        return numbers.count
    }

    private func masks(count: Int, _ size: FrameSize) throws -> Tensor<UInt8>? {
        let name = "\(path), clip \(index)"
        guard options.masks != .ignored else { return nil }
        // Labels belong to the picture they were made for.
        guard options.camera == .main else {
            if options.masks == .ifPresent { return nil }
            throw ClipError.missingMasks(
                clip: name, reason: "labels exist for the camera 'main' only")
        }
        let labeled = (0..<count).filter { keys[$0]?["mask/encoded"] != nil }
        guard !labeled.isEmpty else { return nil }
        let pixels = size.height * size.width
        var masks = [UInt8](repeating: Clip.ignoredLabel, count: count * pixels)
        for frame in labeled {
            let (key, value) = try string("mask/encoded", frame)
            let plane = try mask(value, key: key, size)
            masks.replaceSubrange(frame * pixels..<(frame + 1) * pixels, with: plane)
        }
        return Tensor(shape: [count, size.height, size.width], scalars: masks)
    }

    /// A mask: a PNG of ids, or a byte a pixel.
    private func mask(_ value: [UInt8], key: String, _ size: FrameSize) throws -> [UInt8] {
        guard Image.format(of: value) != nil else {
            try requireCount(value, size.height * size.width, key: key, size)
            return value
        }
        var warnings: [MediaWarning] = []
        let mask = try Image.decodeLabels(
            value, name: "\(path), clip \(index), \(key)", warnings: &warnings)
        guard mask.height == size.height, mask.width == size.width else {
            throw ClipError.wrongFeature(
                path: path, clip: index, key: key, expected: "\(size) pixels like its frame",
                found: "\(mask.height) × \(mask.width)")
        }
        return try mask.bytes().scalars
    }

    private func requireCount(
        _ value: [UInt8], _ count: Int, key: String, _ size: FrameSize
    ) throws(ClipError) {
        guard value.count == count else {
            throw .wrongFeature(
                path: path, clip: index, key: key,
                expected: "a picture, or \(count) raw bytes (\(size); --raw-size HxW)",
                found: "\(value.count)")
        }
    }

    /// The one string of a frame, and its key.
    private func string(
        _ name: String, _ frame: Int
    ) throws(ClipError) -> (key: String, value: [UInt8]) {
        guard let key = keys[frame]?[name], let feature = example.features[key] else {
            throw .wrongFeature(
                path: path, clip: index, key: "\(frame)/\(name)", expected: "present",
                found: "nothing")
        }
        guard case .bytes(let values) = feature, values.count == 1 else {
            throw .wrongFeature(
                path: path, clip: index, key: key, expected: "one string of bytes",
                found: feature.summary)
        }
        return (key, values[0])
    }

    /// The numbers of every frame, nil when no frame has any.
    private func floats(
        _ name: String, count: Int, each: Int
    ) throws(ClipError) -> Tensor<Float>? {
        guard keys.values.contains(where: { $0[name] != nil }) else { return nil }
        var result: [Float] = []
        for frame in 0..<count {
            let key = keys[frame]?[name] ?? "\(frame)/\(name)"
            guard case .floats(let values) = example.features[key], values.count == each else {
                throw .wrongFeature(
                    path: path, clip: index, key: key, expected: "\(each) floats",
                    found: example.features[key]?.summary ?? "nothing")
            }
            result += values
        }
        return Tensor(shape: [count, each], scalars: result)
    }
}
