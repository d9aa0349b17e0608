/// A shape as an element of a CVAT file.
struct CVATElement {
    let name: String
    let attributes: [(String, String)]

    /// Returns the elements of a region: one for each outline of polygons, none for an empty mask.
    static func elements(of region: LabelRegion) -> [CVATElement] {
        switch region {
        case .polygons(let outlines):
            return outlines.map { outline in
                let points = outline.map { "\($0.x),\($0.y)" }.joined(separator: ";")
                return CVATElement(name: "polygon", attributes: [("points", points)])
            }
        case .runs(let mask):
            guard let mask = CVATMask(mask) else { return [] }
            let runs = mask.runs.map(String.init).joined(separator: ", ")
            return [
                CVATElement(
                    name: "mask",
                    attributes: [
                        ("rle", runs), ("left", "\(mask.left)"), ("top", "\(mask.top)"),
                        ("width", "\(mask.width)"), ("height", "\(mask.height)"),
                    ])
            ]
        case .box(let center, let width, let height, let degrees):
            return [
                CVATElement(
                    name: "box",
                    attributes: [
                        ("xtl", "\(center.x - width / 2)"), ("ytl", "\(center.y - height / 2)"),
                        ("xbr", "\(center.x + width / 2)"), ("ybr", "\(center.y + height / 2)"),
                    ] + turn(degrees))
            ]
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            return [
                CVATElement(
                    name: "ellipse",
                    attributes: [
                        ("cx", "\(center.x)"), ("cy", "\(center.y)"), ("rx", "\(radiusX)"),
                        ("ry", "\(radiusY)"),
                    ] + turn(degrees))
            ]
        }
    }

    private static func turn(_ degrees: Double) -> [(String, String)] {
        degrees == 0 ? [] : [("rotation", "\(degrees)")]
    }

    func write(
        _ xml: inout XMLWriter, _ values: [(String, String)],
        _ children: [(name: String, value: String)]
    ) {
        xml.start(name, attributes: values)
        for child in children {
            xml.element("attribute", child.value, attributes: [("name", child.name)])
        }
        xml.end()
    }
}
