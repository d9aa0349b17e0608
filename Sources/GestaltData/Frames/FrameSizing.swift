/// Changes to the size of frames and of their masks on reading: first `crop`, then
/// `pad`, then `size`.
///
/// Pixels of frames are averaged, ids of masks are those of the nearest pixel; where a frame is
/// padded, its edge and the ids there are repeated. So no id comes up that was not there.
public struct FrameSizing: Codable, Hashable, Sendable {
    /// The middle of larger frames is kept.
    public var crop: FrameSize?
    /// Smaller frames are filled up on all sides.
    public var pad: FrameSize?
    /// The size of all frames.
    public var size: FrameSize?
    /// The method by which frames become `size` (stretched where nil), and a size that the model
    /// takes (an error where nil).
    public var fit: FrameFit?

    public init(
        crop: FrameSize? = nil, pad: FrameSize? = nil, size: FrameSize? = nil,
        fit: FrameFit? = nil
    ) {
        self.crop = crop
        self.pad = pad
        self.size = size
        self.fit = fit
    }

    /// The steps from one size to the one that is read.
    package func steps(from start: FrameSize) -> [FrameStep] {
        var steps: [FrameStep] = []
        var now = start
        func add(_ step: FrameStep) {
            guard step.size != now else { return }
            steps.append(step)
            now = step.size
        }
        if let crop {
            add(.centered(FrameSize(min(crop.height, now.height), min(crop.width, now.width)), now))
        }
        if let pad {
            add(.centered(FrameSize(max(pad.height, now.height), max(pad.width, now.width)), now))
        }
        if let size { FrameSizing.steps(from: now, to: size, fit ?? .resize).forEach(add) }
        return steps
    }

    /// The steps to one size.
    static func steps(from now: FrameSize, to size: FrameSize, _ fit: FrameFit) -> [FrameStep] {
        if now == size { return [] }
        guard fit != .resize else { return [.resize(size)] }
        let ratios = [
            Double(size.height) / Double(now.height), Double(size.width) / Double(now.width),
        ]
        let scale = fit == .crop ? ratios.max()! : ratios.min()!
        // The side that decides is met exactly, the other one covers or lies within.
        func scaled(_ side: Int, to wanted: Int) -> Int {
            let near = Int((Double(side) * scale).rounded())
            return fit == .crop ? max(near, wanted) : max(1, min(near, wanted))
        }
        let scaledSize = FrameSize(
            scaled(now.height, to: size.height), scaled(now.width, to: size.width))
        return [.resize(scaledSize), .centered(size, scaledSize)]
    }

    /// The steps that make frames fit a model; none where they do.
    ///
    /// To a multiple frames are cut or filled up without scaling, by less than the multiple.
    ///
    /// - Parameter path: what errors call the frames.
    /// - Throws: ``ClipError/unfitSize(path:found:expected:nearest:)`` where `fit` is nil, or where
    ///   nothing would be left.
    func steps(
        from now: FrameSize, to target: FrameTarget, path: String
    ) throws(ClipError) -> [FrameStep] {
        if target.accepts(now) { return [] }
        guard let fit, let size = FrameSizing.nearest(to: now, target, fit) else {
            let nearest = FrameFit.allCases.compactMap { fit in
                FrameSizing.nearest(to: now, target, fit).map {
                    "--fit \(fit.rawValue) (\($0))"
                }
            }
            throw .unfitSize(
                path: path, found: "\(now)", expected: "\(target)",
                nearest: nearest.joined(separator: ", "))
        }
        if case .exactly = target { return FrameSizing.steps(from: now, to: size, fit) }
        return fit == .resize ? [.resize(size)] : [.centered(size, now)]
    }

    /// The size that frames get; nil where nothing would be left of them.
    private static func nearest(
        to now: FrameSize, _ target: FrameTarget, _ fit: FrameFit
    ) -> FrameSize? {
        switch target {
        case .exactly(let size): return size
        case .multiple(let unit):
            func side(_ side: Int, _ unit: Int) -> Int {
                switch fit {
                case .crop: side / unit * unit
                case .pad: (side + unit - 1) / unit * unit
                case .resize: max(1, (side + unit / 2) / unit) * unit
                }
            }
            return FrameSize(
                height: side(now.height, unit.height), width: side(now.width, unit.width))
        }
    }

    /// A sentence about the change of size.
    static func remark(
        _ path: String, from sizes: Set<FrameSize>, to size: FrameSize, _ fit: String
    )
        -> String?
    {
        guard sizes != [size], !sizes.isEmpty else { return nil }
        let before = sizes.sorted().prefix(4).map(\.description).joined(separator: ", ")
        let more = sizes.count > 4 ? " and \(sizes.count - 4) other sizes" : ""
        return "\(path): frames of \(before)\(more) become \(size) (\(fit))"
    }

    /// The words for what is asked for.
    var words: String {
        var words: [String] = []
        if crop != nil { words.append("crop") }
        if pad != nil { words.append("pad") }
        if size != nil { words.append((fit ?? .resize).rawValue) }
        return words.joined(separator: ", ")
    }
}
