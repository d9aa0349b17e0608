import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Metrics of masks as the programs of their authors compute them; `labels/README.md` of the
/// fixtures names these programs.
enum MetricFixture {
    static var isThere: Bool { OutsideFiles.fixtures.isThere }
    static var message: Comment { "\(OutsideFiles.fixtures.message)" }

    static func path(_ name: String) throws -> String {
        try #require(OutsideFiles.fixtures.file("labels/metrics/" + name)).path
    }

    /// - Parameter isSnakeCase: whether `image_id` is read as `imageId`, in dictionaries too.
    static func json<Value: Decodable>(
        _ name: String, as type: Value.Type, isSnakeCase: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        if isSnakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        return try decoder.decode(type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    static func array<Scalar: StoredScalar>(
        _ name: String, as type: Scalar.Type
    ) throws -> Tensor<Scalar> {
        try NPY.read(path(name))
    }

    /// The fixtures' own bound.
    static func agrees(_ score: Double, _ expected: Double) -> Bool {
        abs(score - expected) <= 1e-9
    }
}

/// A number, or the text `inf` or `nan`.
struct LooseNumber: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            value = number
        } else {
            let text = try container.decode(String.self)
            value = try #require(Double(text))
        }
    }
}
