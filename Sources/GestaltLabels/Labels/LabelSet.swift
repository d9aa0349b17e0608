import GestaltMedia

/// The labels of pictures: what a label file of any format holds.
public struct LabelSet: Sendable, Equatable {
    /// The categories, in the order of the file; ``LabeledObject/category`` is an index here.
    public var categories: [LabeledCategory]
    public var pictures: [LabeledPicture]

    public init(categories: [LabeledCategory] = [], pictures: [LabeledPicture] = []) {
        self.categories = categories
        self.pictures = pictures
    }
}

/// A category of objects, as label files name it.
public struct LabeledCategory: Sendable, Hashable {
    public var name: String
    /// The number by which the file refers to it; nil where the format has none.
    public var number: Int?
    /// The color in the file; nil where the format has none.
    public var color: Color?
    /// The name of the group of categories that it belongs to (COCO).
    public var supercategory: String?
    /// Whether it marks pixels that count neither as an object nor as background: the border of
    /// VOC, value 255 of many label pictures.
    public var isIgnored: Bool

    public init(
        _ name: String, number: Int? = nil, color: Color? = nil, supercategory: String? = nil,
        isIgnored: Bool = false
    ) {
        self.name = name
        self.number = number
        self.color = color
        self.supercategory = supercategory
        self.isIgnored = isIgnored
    }
}

/// The labels of one picture, or of one frame of a film.
public struct LabeledPicture: Sendable, Equatable {
    /// The path as the label file states it, with forward slashes; for a frame of a film, the
    /// film's.
    public var name: String
    /// The path of the picture file that was found for ``name``; nil where none was looked for.
    public var path: String?
    /// The number by which the file refers to the picture (COCO, Label Studio, CVAT); nil where
    /// the format has none.
    public var number: Int?
    /// The number of the frame from 0, where ``name`` is that of a film; nil for a picture.
    public var frame: Int?
    /// Rows and columns of the picture; nil where the file omits them.
    public var size: PictureSize?
    /// The orientation by Exif's tag 0x0112, 2 to 8, where ``size`` and the regions are those of
    /// the stored pixels, and the picture is shown turned; nil where they are those of the picture
    /// as it is shown.
    public var storedOrientation: Int?
    /// In drawing order: later ones cover earlier ones.
    public var objects: [LabeledObject]

    public init(
        name: String, path: String? = nil, number: Int? = nil, frame: Int? = nil,
        size: PictureSize?, objects: [LabeledObject] = []
    ) {
        self.name = name
        self.path = path
        self.number = number
        self.frame = frame
        self.size = size
        self.objects = objects
    }
}

/// Rows and columns of a picture, in pixels.
public struct PictureSize: Sendable, Hashable, CustomStringConvertible {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The largest number of pixels of a picture that is read: 2²⁶, as for picture files. A size
    /// in a file beyond it is reported, and no memory is asked for.
    public static let maximumPixelCount = 1 << 26

    /// The number of pixels, `Int.max` where it exceeds that.
    public var pixelCount: Int {
        let (product, overflow) = height.multipliedReportingOverflow(by: width)
        return overflow ? .max : product
    }

    /// Whether both sides are positive and the pixels at most ``maximumPixelCount``.
    public var isUsable: Bool {
        height > 0 && width > 0 && pixelCount <= Self.maximumPixelCount
    }

    public var description: String { "\(height) × \(width)" }
}

/// One labeled object in a picture.
public struct LabeledObject: Sendable, Equatable {
    /// An index into ``LabelSet/categories``.
    public var category: Int
    public var region: LabelRegion
    /// The number of the annotation in the file (COCO); nil where the format has none.
    public var number: Int?
    /// The number that an object keeps over the frames of a film, or that joins its parts (a track
    /// of CVAT, an object of DAVIS, a group of LabelMe); nil where the format states none.
    public var instance: Int?
    /// Whether the region covers several objects that are not told apart (COCO).
    public var isCrowd: Bool
    /// The confidence of a prediction, 0 to 1; nil for an annotation by hand.
    public var score: Float?
    /// The place in the file, for messages: `annotations[3]`, `line 7`.
    public var place: String

    public init(
        category: Int, region: LabelRegion, number: Int? = nil, instance: Int? = nil,
        isCrowd: Bool = false, score: Float? = nil, place: String = ""
    ) {
        self.category = category
        self.region = region
        self.number = number
        self.instance = instance
        self.isCrowd = isCrowd
        self.score = score
        self.place = place
    }
}
