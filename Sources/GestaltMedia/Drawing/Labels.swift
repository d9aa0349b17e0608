import GestaltChecks
import GestaltTensor

extension Tensor<UInt8> {
    /// Returns label ids `[H, W]` or `[H, W, 1]` as an image `[H, W, 3]`; see ``Color/label(_:)``.
    public func coloredLabels() -> Tensor<UInt8> {
        let labels = Pixels(self, "coloredLabels")
        require(labels.channels == 1, "coloredLabels: expected ids [H, W], found \(shape)")
        return Tensor(
            shape: [labels.height, labels.width, 3],
            scalars: labels.bytes.flatMap { Color.label($0).bytes })
    }

    /// Returns the image overlaid with the colors of nonzero `labels`; `[H, W, 3]`. Ignored pixels,
    /// labeled 255, are hatched in light gray.
    ///
    /// - Parameters:
    ///   - labels: ids `[H, W]` or `[H, W, 1]`, of the size of the image.
    ///   - opacity: 0 shows the image only, 1 the colors only.
    ///   - colors: by id; those that are nil or missing are ``Color/label(_:)``.
    public func overlaid(
        labels: Tensor<UInt8>, opacity: Float = 0.5, colors: [Color?] = []
    ) -> Tensor<UInt8> {
        var picture = Pixels(self, "overlaid").converted(to: .rgb)
        let ids = Pixels(labels, "overlaid")
        require(
            ids.channels == 1 && ids.height == picture.height && ids.width == picture.width,
            "overlaid: labels \(labels.shape) over a picture \(shape); both need the same height "
                + "and width")
        require((0...1) ~= opacity, "overlaid: opacity \(opacity) not in 0...1")
        let isHatched = { (place: Int) in (place / ids.width + place % ids.width) / 2 % 2 == 0 }
        for (place, id) in ids.bytes.enumerated() where id != 0 {
            if id == 255 {
                guard isHatched(place) else { continue }
                for channel in 0..<3 { picture.bytes[3 * place + channel] = Self.hatching }
                continue
            }
            let own = Int(id) < colors.count ? colors[Int(id)] : nil
            for (channel, value) in (own ?? Color.label(id)).bytes.enumerated() {
                let below = Float(picture.bytes[3 * place + channel])
                let mixed = below + (Float(value) - below) * opacity
                picture.bytes[3 * place + channel] = UInt8(mixed.rounded())
            }
        }
        return picture.tensor
    }

    /// The gray of the lines over ignored pixels.
    private static var hatching: UInt8 { 200 }

    /// Returns the image `[H, W, 3]` faded and crossed out from corner to corner, the form of
    /// unlabeled frames in contact sheets.
    public func crossedOut() -> Tensor<UInt8> {
        var picture = Pixels(self, "crossedOut").converted(to: .rgb)
        let (height, width) = (picture.height, picture.width)
        for index in picture.bytes.indices {
            picture.bytes[index] = UInt8((Int(picture.bytes[index]) + 2 * 255) / 3)
        }
        let longest = Swift.max(height, width)
        for step in 0..<longest {
            let (y, x) = (step * height / longest, step * width / longest)
            for column in [x, width - 1 - x] {
                for channel in 0..<3 { picture.bytes[3 * (y * width + column) + channel] = 90 }
            }
        }
        return picture.tensor
    }

    /// Returns the image overlaid with a mask, outlined in turquoise, which contrasts with most
    /// objects; `[H, W, 3]`.
    ///
    /// - Parameters:
    ///   - mask: `[H, W]` or `[H, W, 1]`, of the size of the image; pixels with 0 are unchanged.
    ///   - opacity: the opacity of the color inside the outline, 0 to 1.
    public func overlaid(mask: Tensor<UInt8>, opacity: Float = 0.35) -> Tensor<UInt8> {
        let turquoise: UInt8 = 6
        let labels = Tensor(
            shape: mask.shape, scalars: mask.scalars.map { $0 == 0 ? 0 : turquoise })
        return overlaid(labels: labels, opacity: opacity).outlined(labels: labels)
    }

    /// Returns the image with the outlines of `labels` drawn in their colors: pixels that differ
    /// from a neighbor to the right, left, above or below; `[H, W, 3]`.
    public func outlined(labels: Tensor<UInt8>) -> Tensor<UInt8> {
        let ids = Pixels(labels, "outlined")
        require(ids.channels == 1, "outlined: expected ids [H, W], found \(labels.shape)")
        var edges = ids
        for y in 0..<ids.height {
            for x in 0..<ids.width {
                let place = y * ids.width + x
                let id = ids.bytes[place]
                let isInside =
                    (x == 0 || ids.bytes[place - 1] == id)
                    && (x == ids.width - 1 || ids.bytes[place + 1] == id)
                    && (y == 0 || ids.bytes[place - ids.width] == id)
                    && (y == ids.height - 1 || ids.bytes[place + ids.width] == id)
                if isInside { edges.bytes[place] = 0 }
            }
        }
        return overlaid(labels: edges.tensor, opacity: 1)
    }
}
