import GestaltIO

extension LabelFormat {
    /// All formats by name: `coco`, `cvat`, `labelme`, `labelstudio`, `yolo`, `png`, `davis`, ….
    public static let registry = Registry<LabelFormat>(
        "label format",
        [
            "coco": .coco, "labelme": .labelMe, "labelstudio": .labelStudio,
            "yolo": .yolo,
        ])
}
