import Testing

extension Tag {
    /// A test that takes more than two seconds, in release or in debug.
    @Tag package static var slow: Self
    /// A test against another program's numbers or files, which lie outside of the repository.
    @Tag package static var peer: Self
}
