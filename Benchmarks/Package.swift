// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

private func gestalt(_ names: [String]) -> [Target.Dependency] {
    names.map { .product(name: "Gestalt" + $0, package: "Gestalt") }
}

private func program(_ name: String, uses names: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: ["Harness", "Kernels"] + gestalt(names), swiftSettings: strict)
}

let package = Package(
    name: "GestaltBenchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "Gestalt", path: "..")],
    targets: [
        .target(name: "Harness", dependencies: gestalt(["Tensor"]), swiftSettings: strict),
        .target(
            name: "Kernels",
            dependencies: ["Harness"] + gestalt(["Tensor", "NN", "VQVAE", "Prior"]),
            swiftSettings: strict),
        program("conv", uses: ["Tensor"]),
        program("ops", uses: ["Tensor"]),
        program(
            "models", uses: ["Tensor", "NN", "Video", "VQVAE", "MAGVIT", "SegHeads", "Recipes"]),
        program("prior", uses: ["Tensor", "NN", "Video", "VQVAE", "Prior"]),
        program("scaling", uses: ["Tensor", "NN", "Video", "VQVAE", "Prior"]),
        program("check", uses: ["Tensor"]),
    ],
    swiftLanguageModes: [.v6]
)
