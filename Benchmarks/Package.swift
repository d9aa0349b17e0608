// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "GestaltBenchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "Gestalt", path: "..")],
    targets: [
        .target(
            name: "Harness", dependencies: [.product(name: "GestaltTensor", package: "Gestalt")],
            swiftSettings: strict),
        .executableTarget(
            name: "conv",
            dependencies: ["Harness", .product(name: "GestaltTensor", package: "Gestalt")],
            swiftSettings: strict),
        .executableTarget(
            name: "ops",
            dependencies: ["Harness", .product(name: "GestaltTensor", package: "Gestalt")],
            swiftSettings: strict),
        .executableTarget(
            name: "models",
            dependencies: [
                "Harness",
                .product(name: "GestaltTensor", package: "Gestalt"),
                .product(name: "GestaltNN", package: "Gestalt"),
                .product(name: "GestaltVQVAE", package: "Gestalt"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "prior",
            dependencies: [
                "Harness",
                .product(name: "GestaltTensor", package: "Gestalt"),
                .product(name: "GestaltNN", package: "Gestalt"),
                .product(name: "GestaltVQVAE", package: "Gestalt"),
                .product(name: "GestaltPrior", package: "Gestalt"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
