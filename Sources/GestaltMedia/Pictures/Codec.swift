internal import CMedia

/// One call into a C codec: its optional message and the resulting error.
struct CodecCall {
    let format: String
    let path: String
    private var message = [CChar](repeating: 0, count: Int(GM_MESSAGE))
    private var warning = [CChar](repeating: 0, count: Int(GM_MESSAGE))

    init(format: String, path: String) {
        self.format = format
        self.path = path
    }

    /// - Throws: ``MediaError`` when `body` returns anything but `GM_OK`.
    mutating func run(
        expecting expected: String, _ body: (UnsafeMutablePointer<CChar>) -> Int32
    ) throws(MediaError) {
        let code = message.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
        if code == Int32(GM_OK) { return }
        let sentence = message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        if code == Int32(GM_MEMORY) {
            throw .tooLarge(path: path, format: format, limit: "what memory holds", found: sentence)
        }
        if code == Int32(GM_UNSUPPORTED) {
            throw .unsupported(
                path: path, expected: "a \(format) picture of a kind that can be decoded",
                found: sentence)
        }
        throw .malformed(path: path, format: format, expected: expected, found: sentence)
    }

    /// Runs a call that may also produce a warning.
    mutating func run(
        expecting expected: String, warnings: inout [MediaWarning],
        _ body: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> Int32
    ) throws(MediaError) {
        var warning = warning
        try warning.withUnsafeMutableBufferPointer { (room) throws(MediaError) in
            let place = room.baseAddress!
            try run(expecting: expected) { body(place, $0) }
            warnings.add(String(cString: place), path: path)
        }
    }
}

/// Runs an encoder that appends to C memory, and returns its output.
func encoded(
    format: String, path: String,
    _ body: (UnsafeMutablePointer<gm_bytes>, UnsafeMutablePointer<CChar>) -> Int32
) throws(MediaError) -> [UInt8] {
    var output = gm_bytes()
    defer { gm_bytes_free(&output) }
    var call = CodecCall(format: format, path: path)
    try withUnsafeMutablePointer(to: &output) { (pointer) throws(MediaError) in
        try call.run(expecting: "pixels that can be encoded") { body(pointer, $0) }
    }
    return [UInt8](UnsafeBufferPointer(start: output.data, count: output.count))
}
