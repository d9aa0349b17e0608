/// Reads the `segmentation` of an annotation: a list of polygons, or runs as numbers or as text.
struct COCOSegmentation {
    /// The size of the picture; nil where it is unknown.
    let size: PictureSize?

    /// The region, nil where there is none that can be used, and what is to be said about it.
    struct Reading {
        var region: LabelRegion?
        var remarks: [(place: String, message: String)] = []

        static func nothing(_ message: String, at place: String = "") -> Reading {
            Reading(region: nil, remarks: [(place, message)])
        }
    }

    func region(_ node: JSONNode) -> Reading {
        switch node {
        case .array(let outlines): polygons(outlines)
        case .numbers(let numbers): bareList(numbers)
        case .object: runs(node)
        case .null: .nothing("the segmentation is null")
        case .string, .integer, .number, .bool: .nothing("the segmentation is \(node.kind)")
        }
    }

    private func bareList(_ numbers: [Double]) -> Reading {
        var reading = polygons([.numbers(numbers)])
        reading.remarks.insert(
            ("", "the segmentation is one list of numbers, not a list of such lists"), at: 0)
        return reading
    }

    private func polygons(_ outlines: [JSONNode]) -> Reading {
        if outlines.isEmpty { return .nothing("the segmentation has no outline") }
        var reading = Reading()
        var rings: [[LabelPoint]] = []
        rings.reserveCapacity(outlines.count)
        let check = OutlineCheck(size: size)
        for (index, outline) in outlines.enumerated() {
            let place = "[\(index)]"
            guard case .numbers(let numbers) = outline else {
                reading.remarks.append((place, Self.defect(of: outline)))
                continue
            }
            guard numbers.count % 2 == 0 else {
                reading.remarks.append(
                    (place, "the outline has an odd number of coordinates: \(numbers.count)"))
                continue
            }
            let ring = stride(from: 0, to: numbers.count, by: 2).map {
                LabelPoint(numbers[$0], numbers[$0 + 1])
            }
            switch check.verdict(on: ring) {
            case .fine: break
            case .repaired(let message): reading.remarks.append((place, message))
            case .unusable(let message):
                reading.remarks.append((place, message))
                continue
            }
            rings.append(ring)
        }
        reading.region = rings.isEmpty ? nil : .polygons(rings)
        return reading
    }

    /// Returns why a node is no list of coordinates.
    private static func defect(of node: JSONNode) -> String {
        guard case .array(let elements) = node else {
            return "an outline is \(node.kind), not a list of numbers"
        }
        let stranger = elements.first { $0.double == nil }
        switch stranger {
        case .array, .numbers:
            return "the outline has its points in pairs, not as one list of numbers"
        case let stranger?: return "a coordinate is \(stranger.kind), not a number"
        case nil: return "the outline has fewer than 3 points: 0"
        }
    }

    private func runs(_ node: JSONNode) -> Reading {
        guard let stated = Self.size(in: node) else {
            return .nothing("size is no list of height and width", at: ".size")
        }
        guard stated.isUsable else {
            return .nothing("\(stated) is no size of a picture", at: ".size")
        }
        if let size, size != stated {
            return .nothing(
                "the runs are for \(stated.height) rows and \(stated.width) columns, but the "
                    + "picture has \(size.height) rows and \(size.width) columns", at: ".size")
        }
        do throws(RunLengthError) {
            switch node["counts"] {
            case .string(let text)?:
                return Reading(
                    region: .runs(try RunLengthMask(size: stated, compressed: text)))
            case .numbers(let numbers)?:
                guard let runs = Self.wholeNumbers(numbers) else {
                    return .nothing("the counts are no whole numbers", at: ".counts")
                }
                return Reading(region: .runs(try RunLengthMask(size: stated, checking: runs)))
            case .array(let rest)? where rest.isEmpty:
                return .nothing("the list of counts is empty", at: ".counts")
            case let other?: return .nothing("counts is \(other.kind)", at: ".counts")
            case nil: return .nothing("there are no counts", at: ".counts")
            }
        } catch {
            return .nothing("\(error)", at: ".counts")
        }
    }

    private static func size(in node: JSONNode) -> PictureSize? {
        guard case .numbers(let sides)? = node["size"], let runs = wholeNumbers(sides),
            runs.count == 2
        else { return nil }
        return PictureSize(height: runs[0], width: runs[1])
    }

    private static func wholeNumbers(_ numbers: [Double]) -> [Int]? {
        var result: [Int] = []
        result.reserveCapacity(numbers.count)
        for number in numbers {
            guard let whole = Int(exactly: number) else { return nil }
            result.append(whole)
        }
        return result
    }
}
