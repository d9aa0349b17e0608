import GestaltMedia

/// Colors of categories in the panoptic form of COCO: a list of red, green and blue.
enum COCOColor {
    static func color(_ node: JSONNode) -> Color? {
        guard case .numbers(let parts) = node, parts.count == 3 else { return nil }
        let bytes = parts.compactMap { UInt8(exactly: $0) }
        return bytes.count == 3 ? Color(bytes[0], bytes[1], bytes[2]) : nil
    }
}
