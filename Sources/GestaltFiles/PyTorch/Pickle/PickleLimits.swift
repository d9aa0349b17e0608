/// The limits of a pickle. The largest known checkpoints have pickles of a few megabytes
/// with some ten thousand values, nested less than fifty deep.
enum PickleLimits {
    /// Bytes of one pickle.
    static let byteCount = 64 << 20
    /// Peak memory for all its values: as nodes of the arena and as values.
    static let memoryByteCount = 256 << 20
    /// Values on the stack at a time.
    static let stackDepth = 1 << 22
    /// Open marks at a time: Python itself fails near a thousand.
    static let markCount = 4096
    /// Nested containers. Recursive traversal of the values stays well inside the smallest stack
    /// of a thread.
    static let nesting = 256
    /// Values of the tree, each counted as often as it is reached: otherwise a few shared lists of
    /// lists could expand beyond any memory.
    static let expandedCount = 1 << 24
    /// Bytes of one integer, the maximum of the short form.
    static let integerByteCount = 255
    /// Bytes of a line of text: names of modules and classes, decimal numbers.
    static let lineByteCount = 1024
}
