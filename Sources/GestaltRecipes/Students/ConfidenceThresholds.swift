import GestaltModels

/// The probability of its class that a pseudo-label needs to count fully, for all classes or class
/// by class.
///
/// ```swift
/// var recipe = StudentRecipe(data: DataChoice("sample"), teachers: ["runs/teacher"])
/// recipe.threshold = 0.9                                              // for all classes
/// recipe.threshold = ConfidenceThresholds(0.9, classes: [1: 0.7])     // less for class 1
/// ```
/// With foreground against background, class 0 is the background and class 1 the foreground.
public struct ConfidenceThresholds: Codable, Equatable, Sendable, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral
{
    /// The threshold of classes without their own, 0…1; 0 selects every pixel.
    public var usual: Float
    /// The thresholds of single classes, 0…1.
    public var classes: [Int: Float]

    public init(_ usual: Float, classes: [Int: Float] = [:]) {
        self.usual = usual
        self.classes = classes
    }

    public init(floatLiteral value: Float) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(Float(value)) }

    /// Returns the threshold of a class.
    public subscript(class number: Int) -> Float { classes[number] ?? usual }

    /// The thresholds of classes 0 ..< `count`, at least background and foreground.
    func values(classes count: Int) -> [Float] { (0..<max(2, count)).map { self[class: $0] } }

    /// - Throws: `ConfigurationError` for a threshold outside 0…1.
    func validate(_ key: String) throws(ConfigurationError) {
        try validateShare(key, Double(usual))
        for (number, value) in classes.sorted(by: { $0.key < $1.key }) {
            try validateShare("\(key).classes.\(number)", Double(value))
        }
    }

    /// - Throws: `ConfigurationError` for a class that the model does not have.
    func requireClasses(below count: Int, _ key: String) throws(ConfigurationError) {
        let last = max(2, count) - 1
        if let stray = classes.keys.filter({ !(0...last).contains($0) }).min() {
            throw .invalid(key, expected: "classes 0 to \(last), the model's", found: stray)
        }
    }
}
