import GestaltIO
import GestaltMedia

extension PNGFormat {
    static func write(_ labels: LabelSet, to path: String) throws -> [LabelProblem] {
        var writer = LabelFolderWriter(path)
        let values = try labels.pictureValues(path: path)
        let palette = labels.picturePalette
        let table = try LabelTable.text(of: labels.categories, path: path)
        for picture in labels.pictures {
            let file = try writer.file(for: picture)
            let painter = try writer.paint(picture) { values[$0.category] }
            try writer.write(painter, as: file, palette: palette)
        }
        try writer.write(table, as: LabelTable.fileNames[0])
        writer.reportJoining(labels)
        writer.reportLosses(labels, holding: [.colors, .ignoredCategories, .unusedCategories])
        return writer.finish()
    }
}

extension MaskFormat {
    static func write(_ labels: LabelSet, to path: String) throws -> [LabelProblem] {
        var writer = LabelFolderWriter(path)
        for category in labels.categories {
            guard !category.name.isEmpty, category.name != ".", category.name != "..",
                !category.name.contains(where: { "/\\:".contains($0) || $0.isNewline })
            else {
                throw LabelError(
                    path: path, "the category name “\(category.name)” cannot be that of a folder")
            }
        }
        for picture in labels.pictures {
            let file = try writer.file(for: picture)
            for (index, category) in labels.categories.enumerated() {
                let painter = try writer.paint(picture) { $0.category == index ? 255 : nil }
                let target = "\(path)/\(category.name)/\(file)"
                try OutputFile.makeFolder(of: target)
                try PNG.write(painter.tensor, to: target)
            }
        }
        writer.reportJoining(labels)
        writer.reportLosses(labels, holding: [.unusedCategories])
        return writer.finish()
    }
}

extension VOCReader {
    static func write(_ labels: LabelSet, to path: String) throws -> [LabelProblem] {
        var writer = LabelFolderWriter(path)
        let values = try labels.pictureValues(path: path)
        let palette = labels.picturePalette
        let table = try LabelTable.text(of: labels.categories, path: path)
        var names: [String] = []
        for picture in labels.pictures {
            let file = try writer.file(for: picture)
            let numbers = InstanceNumbers(picture.objects, labels)
            let classes = try writer.paint(picture) { values[$0.category] }
            var objects = LabelPainter(size: classes.size)
            for (index, object) in picture.objects.enumerated() {
                guard let number = numbers.values[index] else {
                    throw LabelError(
                        path: path, "\(picture.name) has more than 254 objects")
                }
                objects.paint(object.region, number)
            }
            try writer.write(classes, as: "\(classFolder)/\(file)", palette: palette)
            try writer.write(objects, as: "\(objectFolder)/\(file)")
            names.append(SequenceFolder.stem(file))
        }
        try writer.write(table, as: LabelTable.fileNames[0])
        try writer.write(
            names.map { $0 + "\n" }.joined(), as: listFolder + "/default.txt")
        writer.reportLosses(
            labels, holding: [.colors, .ignoredCategories, .unusedCategories, .instances])
        return writer.finish()
    }
}

/// The numbers of the objects of one picture, 1 to 254, or 255 for ignored ones; objects of one
/// instance share a number.
struct InstanceNumbers {
    /// By object; nil beyond 254.
    let values: [UInt8?]

    init(_ objects: [LabeledObject], _ labels: LabelSet) {
        let stated = Set(objects.compactMap(\.instance))
        let areUsable = stated.allSatisfy { (1...254).contains($0) }
        var given: [Int: Int] =
            areUsable ? Dictionary(uniqueKeysWithValues: stated.map { ($0, $0) }) : [:]
        var taken = Set(given.values)
        var next = 1
        func free() -> Int {
            while taken.contains(next) { next += 1 }
            taken.insert(next)
            return next
        }
        values = objects.map { object in
            if labels.categories[object.category].isIgnored {
                return UInt8(LabelTable.ignoredValue)
            }
            let number: Int
            if let instance = object.instance {
                number = given[instance] ?? free()
                given[instance] = number
            } else {
                number = free()
            }
            return number <= 254 ? UInt8(number) : nil
        }
    }
}

extension LabelFolderWriter {
    /// Reports pictures in which several objects of a category become one.
    mutating func reportJoining(_ labels: LabelSet) {
        let count = labels.pictures.count { picture in
            var first: [Int: Int?] = [:]
            return picture.objects.contains { object in
                guard let other = first[object.category] else {
                    first[object.category] = .some(object.instance)
                    return false
                }
                return other == nil || other != object.instance
            }
        }
        if count > 0 {
            report("", "objects of one category become one region in \(count) pictures")
        }
    }
}
