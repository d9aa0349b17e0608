import GestaltModels
import GestaltTensor
import GestaltVideo

extension QueryHead {
    /// `query[:QUERIES[:BLOCKS]]`: 16 or QUERIES queries, which pass through 3 or BLOCKS blocks.
    public struct Configuration: InstanceHeadConfiguration {
        public static let kind = "query"
        public static let grammar = "query[:QUERIES[:BLOCKS]]"
        public static let usualQueries = 16
        public static let usualBlocks = 3

        /// The number of queries; a picture can have no more instances.
        public var queries: Int
        public var blocks: Int
        /// Channels of the queries.
        public var width: Int
        /// Attention heads, which divide ``width``.
        public var heads: Int
        /// Channels of the embeddings whose products are masks.
        public var embeddingWidth: Int

        public init(
            queries: Int = usualQueries, blocks: Int = usualBlocks, width: Int = 128,
            heads: Int = 4, embeddingWidth: Int = 32
        ) {
            self.queries = queries
            self.blocks = blocks
            self.width = width
            self.heads = heads
            self.embeddingWidth = embeddingWidth
        }

        public init(named name: ComponentName) throws(ConfigurationError) {
            self.init()
            var arguments = name.arguments
            if let queries = arguments.number(in: Self.queryRange) {
                self.queries = queries
                blocks = arguments.number(in: Self.blockRange) ?? Self.usualBlocks
            }
            try arguments.finish(
                "head", grammar: Self.grammar + ", QUERIES 1 to 254, BLOCKS 0 to 64")
        }

        // As many as the ids of a mask.
        private static let queryRange = 1...254
        private static let blockRange = 0...64

        public func validate() throws(ConfigurationError) {
            guard Self.queryRange.contains(queries) else {
                throw .invalid("queries", expected: "1 to 254", found: queries)
            }
            guard Self.blockRange.contains(blocks) else {
                throw .invalid("blocks", expected: "0 to 64", found: blocks)
            }
            guard (1...4096).contains(width) else {
                throw .invalid("width", expected: "1 to 4096", found: width)
            }
            guard heads > 0, width % heads == 0 else {
                throw .invalid("heads", expected: "a divisor of the width \(width)", found: heads)
            }
            guard (1...4096).contains(embeddingWidth) else {
                throw .invalid("embeddingWidth", expected: "1 to 4096", found: embeddingWidth)
            }
        }

        public func validate(stride: Int) throws(ConfigurationError) {
            try validateDoubling(stride)
        }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any InstanceHead {
            QueryHead(latent, classes: classes, self, random: &random)
        }
    }
}

extension InstanceHeadConfiguration where Self == QueryHead.Configuration {
    /// Returns the configuration of a ``QueryHead``.
    public static func query(
        queries: Int = QueryHead.Configuration.usualQueries,
        blocks: Int = QueryHead.Configuration.usualBlocks
    ) -> Self { Self(queries: queries, blocks: blocks) }
}
