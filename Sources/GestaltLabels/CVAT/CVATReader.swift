import GestaltIO

/// A reader of CVAT's XML files, for images and for video.
struct CVATReader {
    private let path: String
    private let options: LabelReadingOptions
    private var metaReader = CVATMetaReader()
    private var record: CVATRecord?
    private var contents: CVATContents
    /// The text of the innermost element so far.
    private var text = ""
    /// The name of the attribute that is being read.
    private var attribute: String?

    /// Reads a file.
    ///
    /// - Throws: ``LabelError`` for a file that is not well-formed XML, or not of CVAT;
    ///   `FileFailure` for one that cannot be read.
    static func read(_ path: String, _ options: LabelReadingOptions) throws -> LabelReading {
        let bytes = try FileReader.bytes(path: path)
        let text = try XMLText(bytes, path: path)
        var reader = CVATReader(path: path, options: options, byteCount: bytes.count)
        if let encoding = text.convertedFrom {
            reader.contents.report(.repaired, "text", "converted from \(encoding)")
        }
        return try reader.read(text)
    }

    private init(path: String, options: LabelReadingOptions, byteCount: Int) {
        self.path = path
        self.options = options
        contents = CVATContents(path: path, byteCount: byteCount)
    }

    private mutating func read(_ text: XMLText) throws(LabelError) -> LabelReading {
        var reader = XMLReader(text, path: path)
        while let event = try reader.next() {
            switch event {
            case .start(let name, let attributes):
                guard reader.open.count > 1 || name == "annotations" else {
                    throw reader.error("expected <annotations> of CVAT, found <\(name)>")
                }
                start(name, CVATAttributes(values: attributes), inside: reader.open.dropLast())
                self.text = ""
            case .text(let part):
                self.text += part
            case .end(let name):
                end(name, inside: reader.open)
                self.text = ""
            }
        }
        for fault in metaReader.faults {
            contents.report(.repaired, "meta, \(fault.place)", fault.message)
        }
        contents.meta = metaReader.meta
        return try contents.labels(options)
    }

    // MARK: Elements

    private mutating func start(
        _ name: String, _ attributes: CVATAttributes, inside parents: ArraySlice<String>
    ) {
        if parents.dropFirst().first == "meta" {
            metaReader.start(name, in: parents.last ?? "")
        } else if parents.count == 1, CVATRecord.kinds.contains(name) {
            let number = name == "image" ? contents.images.count : contents.trackCount
            record = CVATRecord(name, attributes, number: number)
        } else if parents.count == 2, record != nil {
            startShape(name, attributes)
        } else if parents.count == 3, name == "attribute" {
            attribute = attributes["name"] ?? ""
        }
    }

    private mutating func end(_ name: String, inside parents: [String]) {
        if parents.dropFirst().first == "meta" {
            metaReader.end(name, in: parents.last ?? "", text: text.trimmed)
        } else if parents.count == 1, let record {
            contents.add(record)
            self.record = nil
        } else if parents.count == 3, name == "attribute", let attribute {
            if ["is_crowd", "iscrowd"].contains(attribute) {
                record?.isCrowd(["true", "1", "yes"].contains(text.trimmed.lowercased()))
            } else {
                contents.attributes[attribute, default: 0] += 1
            }
            self.attribute = nil
        }
    }

    private mutating func startShape(_ name: String, _ attributes: CVATAttributes) {
        guard let kind = record?.kind else { return }
        if name == "tag" {
            contents.tagCount += 1
        } else if CVATShape.kinds[name] != nil || CVATShape.flatKinds.contains(name) {
            let label = kind == "track" ? record?.attributes["label"] ?? "" : nil
            let shape: Result<CVATShape, CVATFault>
            do throws(CVATFault) {
                shape = .success(try CVATShape(name, attributes, label: label))
            } catch {
                shape = .failure(error)
            }
            record?.add(name, shape)
        }
    }
}

/// An element `image` or `track` in the making.
struct CVATRecord {
    static let kinds: Set<String> = ["image", "track"]

    let kind: String
    let attributes: CVATAttributes
    /// Its name in messages: `track 3`.
    let place: String
    private(set) var shapes: [(place: String, shape: Result<CVATShape, CVATFault>)] = []

    init(_ kind: String, _ attributes: CVATAttributes, number: Int) {
        self.kind = kind
        self.attributes = attributes
        place = "\(kind) \(attributes["id"] ?? "\(number)")"
    }

    mutating func add(_ name: String, _ shape: Result<CVATShape, CVATFault>) {
        shapes.append(("\(name) \(shapes.count)", shape))
    }

    /// Sets the crowd flag of the last shape.
    mutating func isCrowd(_ value: Bool) {
        guard case .success(var shape) = shapes.last?.shape else { return }
        shape.isCrowd = value
        shapes[shapes.count - 1].shape = .success(shape)
    }
}

extension String {
    /// The text without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
