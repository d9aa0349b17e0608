import GestaltPrior
import Testing

@Test func placeholder() {}
