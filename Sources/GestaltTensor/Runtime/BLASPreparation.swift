import CBLAS

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The state of OpenBLAS before and after preparation: one thread, and kernels that suit the
/// processor.
///
/// Selecting kernels while another thread is inside BLAS yields wrong products, so it happens
/// exactly once, in the initializer of `shared`, which every use of BLAS waits for.
struct BLASPreparation: Sendable {
    static let shared = BLASPreparation()

    /// The library and its version, as `OpenBLAS 0.3.21`.
    let library: String
    /// The core type that OpenBLAS chose by itself.
    let coreNameBefore: String
    let coreNameAfter: String
    let decision: BLASCoreType.Decision

    var repaired: Bool { coreNameBefore != coreNameAfter }

    private init() {
        coreNameBefore = Self.coreName
        let selection = KernelSelection()
        decision = BLASCoreType.decision(
            coreName: coreNameBefore, processor: .current,
            userChoice: environmentValue("OPENBLAS_CORETYPE"), canSelect: selection != nil)
        if case .select(let name) = decision, let selection {
            selection.select(name)
        }
        openblas_set_num_threads(1)
        coreNameAfter = Self.coreName
        let words = String(cString: openblas_get_config()).split(separator: " ").prefix(2)
        library = words.joined(separator: " ")
    }

    /// The reason for the core type, as a phrase.
    var reason: String {
        switch decision {
        case .keep(let reason): reason
        case .select(let name) where repaired:
            "OpenBLAS had chosen \(coreNameBefore); \(name) suits the processor"
        case .select(let name): "\(name) was asked for, and the library did not follow"
        }
    }

    private static var coreName: String { String(cString: openblas_get_corename()) }
}

/// The entry points of OpenBLAS that choose its kernels. They are absent from a library built for
/// one processor, and from another BLAS.
private struct KernelSelection {
    private typealias EntryPoint = @convention(c) () -> Void
    private let begin: EntryPoint
    private let end: EntryPoint

    init?() {
        guard let program = dlopen(nil, RTLD_LAZY),
            let begin = dlsym(program, "gotoblas_dynamic_init"),
            let end = dlsym(program, "gotoblas_dynamic_quit")
        else { return nil }
        self.begin = unsafeBitCast(begin, to: EntryPoint.self)
        self.end = unsafeBitCast(end, to: EntryPoint.self)
    }

    func select(_ name: String) {
        setenv("OPENBLAS_CORETYPE", name, 1)
        end()
        begin()
        unsetenv("OPENBLAS_CORETYPE")  // Children choose for themselves.
    }
}
