// swift-tools-version: 6.2
import PackageDescription

// One folder a program. Each uses the library as a stranger's package would:
// the URL of a repository and a version in place of the path.
let package = Package(
    name: "GestaltExamples",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "Gestalt", path: "..")],
    targets: [
        .executableTarget(
            name: "SegmentFrames",
            dependencies: [
                .product(name: "GestaltData", package: "Gestalt"),
                .product(name: "GestaltRecipes", package: "Gestalt"),
                .product(name: "GestaltRobotPush", package: "Gestalt"),
            ],
            exclude: ["expected.txt"]),
        .executableTarget(
            name: "TensorTour", dependencies: [.product(name: "GestaltTensor", package: "Gestalt")],
            exclude: ["expected.txt"]),
        .executableTarget(
            name: "TrainNetwork", dependencies: [.product(name: "GestaltNN", package: "Gestalt")],
            exclude: ["expected.txt"]),
    ],
    swiftLanguageModes: [.v6]
)
