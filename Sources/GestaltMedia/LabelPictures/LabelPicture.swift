import GestaltTensor

/// An image of label ids, exactly as stored in the file: never scaled, never changed by gamma
/// metadata.
///
/// - Gray of 1 to 16 bits: the value is the id. An alpha channel must be constant.
/// - Palette: the index is the id, regardless of its color; ``palette`` keeps the colors.
/// - RGB with three equal channels: their value is the id.
/// - Other RGB: the id of the color in the specified ``LabelColors`` table; by default in
///   ``LabelColors/voc``, if every color occurs there. Otherwise an error lists the colors.
///
/// An image with only the grays of a color map is read by the rule of equal channels; specify the
/// table if that is wrong.
public struct LabelPicture: Equatable, Sendable {
    /// The encoding of the ids.
    public enum Encoding: Equatable, Sendable {
        case gray(bits: Int)
        case palette
        case equalChannels
        /// Colors of a table, by its name.
        case colors(String)
    }

    /// The path of the file, for messages.
    public let path: String
    public let height: Int
    public let width: Int
    public let encoding: Encoding
    /// The colors of a palette image by id, otherwise empty.
    public let palette: [Color]
    let storage: Storage

    enum Storage: Equatable, Sendable {
        case bytes([UInt8])
        case wide([Int32])
    }

    /// The ids, `[H, W]`.
    public var ids: Tensor<Int32> {
        let scalars: [Int32] =
            switch storage {
            case .bytes(let ids): ids.map { Int32($0) }
            case .wide(let ids): ids
            }
        return Tensor(shape: [height, width], scalars: scalars)
    }

    /// The distinct ids, ascending.
    ///
    /// - Complexity: one pass over the pixels.
    public var values: [Int] {
        switch storage {
        case .bytes(let ids):
            var occurs = [Bool](repeating: false, count: 256)
            for id in ids { occurs[Int(id)] = true }
            return occurs.indices.filter { occurs[$0] }
        case .wide(let ids):
            // Neighbors are mostly equal: the set is consulted only when the id changes.
            var seen: Set<Int32> = []
            var last: Int32?
            for id in ids where id != last {
                seen.insert(id)
                last = id
            }
            return seen.sorted().map(Int.init)
        }
    }

    /// Returns the ids as bytes, `[H, W]`.
    ///
    /// - Throws: ``MediaError`` with the first id outside 0 … 255.
    public func bytes() throws(MediaError) -> Tensor<UInt8> {
        switch storage {
        case .bytes(let ids):
            return Tensor(shape: [height, width], scalars: ids)
        case .wide(let ids):
            if let place = ids.firstIndex(where: { !(0...255).contains($0) }) {
                throw .unsupported(
                    path: path, expected: "label ids from 0 to 255",
                    found: "id \(ids[place]) at row \(place / width), column \(place % width)")
            }
            return Tensor(shape: [height, width], scalars: ids.map { UInt8($0) })
        }
    }
}
