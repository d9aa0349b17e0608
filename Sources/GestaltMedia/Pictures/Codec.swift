internal import CMedia

/// One call into a C codec: the message it may leave and the error that becomes of it.
struct CodecCall {
    let format: String
    let path: String
    private var message = [CChar](repeating: 0, count: Int(GM_MESSAGE))

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
        throw .malformed(path: path, format: format, expected: expected, found: sentence)
    }
}

/// Runs an encoder that appends to C memory, and takes over what it wrote.
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
