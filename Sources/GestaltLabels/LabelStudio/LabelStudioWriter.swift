import GestaltIO

/// Writes tasks of Label Studio, which import as well as they are read.
///
/// An object is one region: several outlines are joined by bridges without width. Masks are brush
/// strokes.
struct LabelStudioWriter {
    private let labels: LabelSet
    private let path: String

    init(_ labels: LabelSet, path: String) {
        self.labels = labels
        self.path = path
    }

    /// - Returns: what Label Studio cannot hold.
    /// - Throws: ``LabelError`` for a picture without size; `FileFailure` when the file cannot be
    ///   written.
    func write() throws -> [LabelProblem] {
        var json = JSONWriter()
        for (index, picture) in labels.pictures.enumerated()
        where picture.size == nil && !picture.objects.isEmpty {
            throw LabelError(
                path: path, place: "[\(index)]",
                "“\(picture.name)” has no known size, which Label Studio needs")
        }
        json.list { json in
            for (index, picture) in labels.pictures.enumerated() {
                json.line()
                write(picture, number: picture.number ?? index + 1, to: &json)
            }
        }
        try AtomicFile.write(json.bytes, to: path)
        return LabelFeature.losses(of: labels, path: path, holding: [.pictureNumbers, .scores])
    }

    private func write(_ picture: LabeledPicture, number: Int, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", number)
            json.key("data")
            json.object { json in
                json.member("image", LabelStudioPath.address(of: picture.fileName))
            }
            json.key("annotations")
            json.list { json in
                json.object { json in
                    json.key("result")
                    json.list { json in
                        guard let size = picture.size else { return }
                        for (index, object) in picture.objects.enumerated() {
                            write(object, id: "r\(index + 1)", size: size, to: &json)
                        }
                    }
                    json.member("was_cancelled", false)
                }
            }
            json.key("predictions")
            json.list { _ in }
        }
    }

    private func write(
        _ object: LabeledObject, id: String, size: PictureSize, to json: inout JSONWriter
    ) {
        let type =
            switch object.region {
            case .polygons: "polygon"
            case .runs: "brush"
            case .box: "rectangle"
            case .ellipse: "ellipse"
            }
        json.object { json in
            json.member("id", id)
            json.member("type", type + "labels")
            json.member("from_name", type)
            json.member("to_name", "image")
            json.member("original_width", size.width)
            json.member("original_height", size.height)
            json.member("image_rotation", 0)
            json.key("value")
            json.object { json in
                writeValue(of: object, size: size, to: &json)
                json.key(type + "labels")
                json.list { $0.value(labels.categories[object.category].name) }
            }
            if let score = object.score { json.member("score", Double(score)) }
        }
    }

    private func writeValue(
        of object: LabeledObject, size: PictureSize, to json: inout JSONWriter
    ) {
        let (width, height) = (Double(size.width), Double(size.height))
        func percent(_ value: Double, _ side: Double) -> Double {
            ExactQuotient.share(value, of: side, whole: 100)
        }
        switch object.region {
        case .polygons:
            json.key("points")
            json.list { json in
                for point in object.region.singleOutline(size: size) {
                    json.list { json in
                        json.value(percent(point.x, width))
                        json.value(percent(point.y, height))
                    }
                }
            }
            json.member("closed", true)
        case .runs(let mask):
            json.member("format", "rle")
            json.key("rle")
            json.list { json in
                for byte in BrushCoding.bytes(of: mask) { json.value(Int(byte)) }
            }
        case .box(let center, let boxWidth, let boxHeight, let degrees):
            let corner = Turn(degrees: degrees).applied(
                to: -boxWidth / 2, -boxHeight / 2, about: center)
            json.member("x", percent(corner.x, width))
            json.member("y", percent(corner.y, height))
            json.member("width", percent(boxWidth, width))
            json.member("height", percent(boxHeight, height))
            json.member("rotation", degrees)
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            json.member("x", percent(center.x, width))
            json.member("y", percent(center.y, height))
            json.member("radiusX", percent(radiusX, width))
            json.member("radiusY", percent(radiusY, height))
            json.member("rotation", degrees)
        }
    }
}
