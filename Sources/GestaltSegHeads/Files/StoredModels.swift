import GestaltModels
import GestaltVQVAE

extension UNet: StoredModel {}
extension Segmenter: StoredModel {}

/// Reads whichever segmentation model the folder `path` holds.
/// - Throws: as ``StoredModel/init(folder:)``; ``ModelFolderError/wrongKind(path:expected:found:)``
///   for a folder of another model.
public func segmentationModel(
    folder path: String
) throws -> any SegmentationModel & StoredModel {
    let folder = ModelFolder(path)
    let kind = try folder.kind()
    switch kind {
    case UNetConfiguration.kind: return try UNet(folder: path)
    case SegmenterConfiguration.kind: return try Segmenter(folder: path)
    default:
        throw ModelFolderError.wrongKind(
            path: folder.configurationPath,
            expected: "\(UNetConfiguration.kind)” or “\(SegmenterConfiguration.kind)", found: kind)
    }
}
