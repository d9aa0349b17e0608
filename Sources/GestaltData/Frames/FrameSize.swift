/// Rows and columns of frames, written `HxW`: `96x128`.
public struct FrameSize: RawRepresentable, Codable, Hashable, Sendable, Comparable,
    CustomStringConvertible
{
    public let height: Int
    public let width: Int

    /// The longest side that is accepted; no camera reaches it.
    static let largestSide = 1 << 16

    /// Nil unless both sides are from 1 to 65536.
    public init?(height: Int, width: Int) {
        guard (1...Self.largestSide).contains(height), (1...Self.largestSide).contains(width)
        else { return nil }
        self.height = height
        self.width = width
    }

    /// `HxW`; nil for any other text.
    public init?(rawValue: String) {
        let sides = rawValue.split(separator: "x", omittingEmptySubsequences: false)
        guard sides.count == 2, let height = Int(sides[0]), let width = Int(sides[1]) else {
            return nil
        }
        self.init(height: height, width: width)
    }

    /// Of frames that exist.
    init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    init(_ clip: Clip) { self.init(clip.height, clip.width) }

    public var rawValue: String { "\(height)x\(width)" }
    public var description: String { "\(height) × \(width)" }

    public static func < (a: FrameSize, b: FrameSize) -> Bool {
        (a.height, a.width) < (b.height, b.width)
    }
}

/// The method of changing frames to another size.
public enum FrameFit: String, Codable, Sendable, CaseIterable {
    /// Stretched or shrunk, each side on its own.
    case resize
    /// Scaled until they cover the size, what juts out cut off on both sides.
    case crop
    /// Scaled until they lie within the size, the rest filled by repeating the edges.
    case pad
}

/// The sizes that a model takes.
public enum FrameTarget: Sendable, Equatable, CustomStringConvertible {
    case exactly(FrameSize)
    /// Any size whose sides these divide.
    case multiple(of: FrameSize)

    /// Sides that the model's strides divide.
    public static func multiple(height: Int, width: Int) -> FrameTarget {
        .multiple(of: FrameSize(height, width))
    }

    public static func exactly(height: Int, width: Int) -> FrameTarget {
        .exactly(FrameSize(height, width))
    }

    public func accepts(_ size: FrameSize) -> Bool {
        switch self {
        case .exactly(let wanted): size == wanted
        case .multiple(let of): size.height % of.height == 0 && size.width % of.width == 0
        }
    }

    public var description: String {
        switch self {
        case .exactly(let size): "\(size) pixels"
        case .multiple(let size):
            size.height == size.width
                ? "sides that \(size.height) divides"
                : "a height that \(size.height) divides and a width that \(size.width) divides"
        }
    }
}
