/// All values of a pickle during reading, in one array. Values refer to others by index, so a
/// shared value is stored once, and one that contains itself does no harm.
struct PickleArena {
    typealias Index = Int32

    enum Node {
        case none
        case bool(Bool)
        case integer(Int)
        case bigInteger(String)
        case real(Double)
        case string(String)
        case bytes([UInt8])
        case list([Index])
        case tuple([Index])
        /// Alternating keys and values.
        case dictionary([Index])
        /// An `argparse.Namespace`; its attributes, a dictionary, come later.
        case namespace(Index?)
        case global(PickleGlobal)
        indirect case storage(PyTorchStorage)
        indirect case tensor(PyTorchTensor)
        indirect case object(Object)
    }

    /// A call that is not executed. `arguments` is a tuple.
    struct Object {
        let callee: Index
        let arguments: Index
        var keywords: Index?
        var state: Index?
        var items: [Index] = []
        var entries: [Index] = []
    }

    static let none: Index = 0
    static let no: Index = 1
    static let yes: Index = 2
    static let emptyTuple: Index = 3

    private(set) var nodes: [Node] = [.none, .bool(false), .bool(true), .tuple([])]
    private var spent = 0
    private let path: String

    init(path: String) { self.path = path }

    // The estimated cost in bytes: the peak memory per value measured for the worst kind.
    private static let nodeCost = 160
    static let referenceCost = 48

    subscript(index: Index) -> Node { nodes[Int(index)] }

    /// Adds a value. `payload` is its memory in addition to the node.
    mutating func add(_ node: Node, payload: Int = 0) throws(FileError) -> Index {
        try spend(Self.nodeCost + payload)
        nodes.append(node)
        return Index(nodes.count - 1)
    }

    /// Adds a value that refers to others.
    mutating func add(
        _ values: [Index], as make: ([Index]) -> Node
    ) throws(FileError) -> Index {
        try add(make(values), payload: values.count * Self.referenceCost)
    }

    /// Accounts for memory.
    ///
    /// - Throws: ``FileError/tooLarge(path:format:limit:found:)``.
    mutating func spend(_ byteCount: Int) throws(FileError) {
        spent += byteCount
        guard spent <= PickleLimits.memoryByteCount else {
            throw .tooLarge(
                path: path, format: "pickle",
                limit: "values of \(PickleLimits.memoryByteCount) bytes", found: "more")
        }
    }

    /// Changes a value in place, without copying its contents.
    mutating func update<Result>(
        _ index: Index, _ body: (inout Node) -> Result
    ) -> Result {
        var node = nodes[Int(index)]
        nodes[Int(index)] = .none
        defer { nodes[Int(index)] = node }
        return body(&node)
    }
}
