import GestaltMedia
import GestaltTensor

/// Makes a clip of one `tf.train.Example` in BAIR's layout.
///
/// Keys are `t/image_main/encoded`, `t/image_aux1/encoded` (raw RGB bytes), `t/action` (4 floats),
/// `t/endeffector_pos` (3 floats) and, where there are labels, `t/mask/encoded` (a byte a pixel,
/// for the main camera); t = 0, 1, 2… in any order, with or without zero padding.
struct ClipRecord {
    let path: String
    let index: Int
    let example: Example
    let options: ClipOptions
    /// Frame number → its keys without the number → the whole key.
    private let keys: [Int: [String: String]]

    init(_ example: Example, path: String, index: Int, options: ClipOptions) {
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

    func clip() throws(ClipError) -> Clip {
        let image = "image_\(options.camera.rawValue)/encoded"
        let count = try frameCount(image)
        let (height, width) = (options.height, options.width)
        let frames = try bytes(image, of: 0..<count, each: height * width * 3)
        return Clip(
            name: "\(path.split(separator: "/").last ?? "")#\(index)",
            frames: Tensor(shape: [count, height, width, 3], scalars: frames),
            masks: try masks(count: count),
            actions: try floats("action", count: count, each: 4),
            positions: try floats("endeffector_pos", count: count, each: 3))
    }

    private func frameCount(_ image: String) throws(ClipError) -> Int {
        let numbers = keys.filter { $0.value[image] != nil }.keys.sorted()
        guard !numbers.isEmpty else {
            let found = Set(keys.values.flatMap(\.keys)).sorted().map { "t/" + $0 }
            throw .missingCamera(path: path, clip: index, camera: options.camera, found: found)
        }
        for (expected, found) in numbers.enumerated() where expected != found {
            throw .brokenFrameNumbers(path: path, clip: index, expected: expected, found: found)
        }
        return numbers.count
    }

    private func masks(count: Int) throws(ClipError) -> Tensor<UInt8>? {
        let name = "\(path), clip \(index)"
        guard options.masks != .ignored else { return nil }
        // Labels belong to the picture they were made for.
        guard options.camera == .main else {
            if options.masks == .ifPresent { return nil }
            throw .missingMasks(clip: name, reason: "labels exist for the camera 'main' only")
        }
        let labeled = (0..<count).filter { keys[$0]?["mask/encoded"] != nil }
        guard !labeled.isEmpty else { return nil }
        let pixels = options.height * options.width
        let bytes = try bytes("mask/encoded", of: labeled, each: pixels)
        var masks = [UInt8](repeating: Clip.ignoredLabel, count: count * pixels)
        for (place, frame) in labeled.enumerated() {
            masks.replaceSubrange(
                frame * pixels..<(frame + 1) * pixels,
                with: bytes[place * pixels..<(place + 1) * pixels])
        }
        return Tensor(shape: [count, options.height, options.width], scalars: masks)
    }

    private func bytes(
        _ name: String, of frames: some Collection<Int>, each: Int
    ) throws(ClipError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(frames.count * each)
        for frame in frames {
            guard let key = keys[frame]?[name], let feature = example.features[key] else {
                throw .wrongFeature(
                    path: path, clip: index, key: "\(frame)/\(name)", expected: "present",
                    found: "nothing")
            }
            guard case .bytes(let values) = feature, values.count == 1 else {
                throw .wrongFeature(
                    path: path, clip: index, key: key, expected: "one string of \(each) bytes",
                    found: feature.summary)
            }
            guard values[0].count == each else {
                throw .wrongFeature(
                    path: path, clip: index, key: key,
                    expected: "\(each) raw bytes (\(options.height) × \(options.width))",
                    found: "\(values[0].count)")
            }
            result += values[0]
        }
        return result
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
