/// The samples of an image as stored in its file, unscaled: the source of label images.
struct StoredSamples {
    enum Values {
        case bytes([UInt8])
        /// Samples of more than 8 bits.
        case wide([Int32])
    }

    let height: Int
    let width: Int
    /// The number of channels: 1 gray or index, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    let channels: Int
    let values: Values
    /// The bits per sample in the file.
    let bits: Int
    let isPalette: Bool
    let palette: [Color]

    func turned(_ orientation: Orientation) -> StoredSamples {
        if orientation == .upright { return self }
        let values: Values
        let size: (height: Int, width: Int)
        switch self.values {
        case .bytes(let samples):
            let turned = orientation.applied(
                to: samples, height: height, width: width, channels: channels)
            values = .bytes(turned.samples)
            size = (turned.height, turned.width)
        case .wide(let samples):
            let turned = orientation.applied(
                to: samples, height: height, width: width, channels: channels)
            values = .wide(turned.samples)
            size = (turned.height, turned.width)
        }
        return StoredSamples(
            height: size.height, width: size.width, channels: channels, values: values,
            bits: bits, isPalette: isPalette, palette: palette)
    }
}
