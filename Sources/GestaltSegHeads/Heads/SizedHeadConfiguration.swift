import GestaltModels

/// The configuration of a head whose only choice is a width: `KIND[:WIDTH]`.
public protocol SizedHeadConfiguration: HeadConfiguration {
    /// The width where a name has none.
    static var usualWidth: Int { get }
    /// The number that the width is a multiple of; by default 1.
    static var widthMultiple: Int { get }
    var width: Int { get }
    init(width: Int)
}

extension SizedHeadConfiguration {
    public static var widthMultiple: Int { 1 }
    public static var grammar: String { "\(kind)[:WIDTH]" }

    private static var widths: String {
        widthMultiple == 1 ? "1 to 4096" : "multiples of \(widthMultiple) to 4096"
    }

    private static func isValid(_ width: Int) -> Bool {
        (1...4096).contains(width) && width % widthMultiple == 0
    }

    public init(named name: ComponentName) throws(ConfigurationError) {
        let grammar = "\(Self.grammar), WIDTH \(Self.widths)"
        var arguments = name.arguments
        let width = arguments.number(in: 1...4096) ?? Self.usualWidth
        guard Self.isValid(width) else { throw arguments.error("head", grammar: grammar) }
        try arguments.finish("head", grammar: grammar)
        self.init(width: width)
    }

    public func validate() throws(ConfigurationError) {
        guard Self.isValid(width) else {
            throw .invalid("width", expected: Self.widths, found: width)
        }
    }
}
