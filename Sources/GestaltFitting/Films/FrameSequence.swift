import GestaltFilm

/// The frames of a film in order, one at a time, all of one size.
///
/// ``FilmSegmentation`` reads them on a thread of its own.
public protocol FrameSequence {
    /// Returns the next frame; nil after the last.
    func next() throws -> FilmFrame?
}

extension FilmReader: FrameSequence {}

/// Frames that a function returns, for programs with pictures from elsewhere.
public struct FrameFunction: FrameSequence {
    private let body: () throws -> FilmFrame?

    public init(_ body: @escaping () throws -> FilmFrame?) { self.body = body }

    public func next() throws -> FilmFrame? { try body() }
}
