/// Something wrong in one record of a CVAT file, which leaves the others readable.
struct CVATFault: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// The attributes of one element.
struct CVATAttributes {
    let values: [String: String]

    subscript(name: String) -> String? { values[name] }

    /// Returns a finite number.
    func number(_ name: String) throws(CVATFault) -> Double {
        try Self.number(Substring(required(name)), name)
    }

    /// Returns a finite number; `fallback` without the attribute.
    func number(_ name: String, default fallback: Double) throws(CVATFault) -> Double {
        try values[name] == nil ? fallback : number(name)
    }

    /// Returns a whole number.
    func integer(_ name: String) throws(CVATFault) -> Int {
        let text = try required(name)
        guard let number = Int(text) else {
            throw CVATFault("\(name) “\(text)” is not a whole number")
        }
        return number
    }

    /// Returns a whole number; `fallback` without the attribute.
    func integer(_ name: String, default fallback: Int) throws(CVATFault) -> Int {
        try values[name] == nil ? fallback : integer(name)
    }

    func required(_ name: String) throws(CVATFault) -> String {
        guard let text = values[name] else { throw CVATFault("no attribute \(name)") }
        return text
    }

    static func number(_ text: Substring, _ name: String) throws(CVATFault) -> Double {
        guard let number = Double(text) else {
            throw CVATFault("\(name): “\(text.prefix(40))” is not a number")
        }
        guard number.isFinite else { throw CVATFault("\(name): \(text.prefix(40)) is not finite") }
        // Sums and differences of coordinates stay finite and exact to a thousandth.
        guard abs(number) <= 1e12 else {
            throw CVATFault("\(name): \(text.prefix(40)) is beyond every picture")
        }
        return number
    }
}

/// The numbers that a file may still expand to: interpolated shapes and runs of masks.
///
/// A track of two lines lasts as long as its film, and a mask of one run may have as many runs by
/// columns as pixels. A file that claims more than a real one needs is not expanded further.
struct CVATAllowance {
    private(set) var remaining: Int

    init(fileByteCount: Int) { remaining = 1 << 23 + 64 * fileByteCount }

    /// - Throws: ``CVATFault`` when less than `count` is left.
    mutating func spend(_ count: Int) throws(CVATFault) {
        guard count <= remaining else {
            throw CVATFault("expands to far more numbers than the file has characters")
        }
        remaining -= count
    }
}
