/// How much a pickle may ask for. The largest checkpoints known have pickles of a few megabytes
/// with some ten thousand values, nested less than fifty deep.
enum PickleLimits {
    /// Bytes of one pickle.
    static let byteCount = 64 << 20
    /// Memory for all its values, at the peak: as nodes of the arena and as values.
    static let memoryByteCount = 256 << 20
    /// Values on the stack at a time.
    static let stackDepth = 1 << 22
    /// Open marks at a time: Python itself gives up near a thousand.
    static let markCount = 4096
    /// Containers inside containers. Whoever walks through the values by recursion stays well
    /// inside the smallest stack a thread has.
    static let nesting = 256
    /// Values of the tree, each counted as often as it is reached: a few shared lists of lists
    /// could else stand for more than any memory holds.
    static let expandedCount = 1 << 24
    /// Bytes of one integer, as many as the short form has.
    static let integerByteCount = 255
    /// Bytes of a line of text: names of modules and classes, decimal numbers.
    static let lineByteCount = 1024
}
