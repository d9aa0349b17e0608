/// A row of a YOLO text file: a class and the points of one outline in fractions of the sides.
struct YOLORow {
    struct Fault: Error {
        let message: String
    }

    let category: Int
    let outline: [LabelPoint]
    /// What was repaired.
    let remark: String?

    // Beyond it coordinates are no fractions with an error but pixels.
    private static let largestFraction = 2.0

    /// - Throws: ``Fault`` when there is no outline in the row.
    init(_ words: [Substring], classCount: Int, size: PictureSize) throws(Fault) {
        guard let number = Double(words[0]), let category = Int(exactly: number), category >= 0
        else { throw Fault(message: "the class “\(words[0])” is no whole number") }
        guard category < classCount else {
            throw Fault(message: "class \(category) is unknown: there are \(classCount)")
        }
        let fractions = try Self.fractions(words.dropFirst())
        var points: [LabelPoint] = []
        var isClipped = false
        for index in stride(from: 0, to: fractions.count, by: 2) {
            let (x, y) = (fractions[index], fractions[index + 1])
            let (insideX, insideY) = (min(max(x, 0), 1), min(max(y, 0), 1))
            if x != insideX || y != insideY { isClipped = true }
            points.append(
                LabelPoint(insideX * Double(size.width), insideY * Double(size.height)))
        }
        var remarks: [String] = []
        if isClipped { remarks.append("coordinates below 0 or above 1 are clipped") }
        switch OutlineCheck(size: size).verdict(on: points) {
        case .fine: break
        case .repaired(let message): remarks.append(message)
        case .unusable(let message): throw Fault(message: message)
        }
        self.category = category
        outline = points
        remark = remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    }

    private static func fractions(_ words: ArraySlice<Substring>) throws(Fault) -> [Double] {
        var fractions: [Double] = []
        fractions.reserveCapacity(words.count)
        for word in words {
            guard let fraction = Double(word) else {
                throw Fault(message: "“\(word)” is no number")
            }
            guard fraction.isFinite else { throw Fault(message: "“\(word)” is no coordinate") }
            fractions.append(fraction)
        }
        guard fractions.count % 2 == 0 else {
            throw Fault(
                message: "the row has an odd number of coordinates: \(fractions.count)"
                    + (fractions.count > 6 ? "; perhaps an object number at its end" : ""))
        }
        guard fractions.count != 4 else {
            throw Fault(message: "the row is a box of four numbers, not an outline")
        }
        guard let largest = fractions.max() else { throw Fault(message: "the row has no outline") }
        guard largest <= largestFraction else {
            throw Fault(
                message: "the coordinate \(largest) is no fraction: these are pixels, perhaps")
        }
        return fractions
    }
}
