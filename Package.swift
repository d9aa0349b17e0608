// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target of this package; every one is also a product of its own name.
func layer(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
    exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: ["README.md"] + exclude,
        resources: resources, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "Gestalt",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Gestalt", targets: ["Gestalt"]),
        .library(name: "GestaltTensor", targets: ["GestaltTensor"]),
        .library(name: "GestaltIO", targets: ["GestaltIO"]),
        .library(name: "GestaltNN", targets: ["GestaltNN"]),
        .library(name: "GestaltMetrics", targets: ["GestaltMetrics"]),
        .library(name: "GestaltMotion", targets: ["GestaltMotion"]),
        .library(name: "GestaltFiles", targets: ["GestaltFiles"]),
        .library(name: "GestaltMedia", targets: ["GestaltMedia"]),
        .library(name: "GestaltData", targets: ["GestaltData"]),
        .library(name: "GestaltModels", targets: ["GestaltModels"]),
        .library(name: "GestaltVideo", targets: ["GestaltVideo"]),
        .library(name: "GestaltTraining", targets: ["GestaltTraining"]),
        .library(name: "GestaltRobotPush", targets: ["GestaltRobotPush"]),
        .library(name: "GestaltLabels", targets: ["GestaltLabels"]),
        .library(name: "GestaltFilm", targets: ["GestaltFilm"]),
        .library(name: "GestaltImport", targets: ["GestaltImport"]),
        .library(name: "GestaltVQVAE", targets: ["GestaltVQVAE"]),
        .library(name: "GestaltMAGVIT", targets: ["GestaltMAGVIT"]),
        .library(name: "GestaltPrior", targets: ["GestaltPrior"]),
        .library(name: "GestaltSegHeads", targets: ["GestaltSegHeads"]),
        .library(name: "GestaltRecipes", targets: ["GestaltRecipes"]),
        .library(name: "GestaltFitting", targets: ["GestaltFitting"]),
        .library(name: "GestaltStudy", targets: ["GestaltStudy"]),
        .library(name: "GestaltCommand", targets: ["GestaltCommand"]),
        .executable(name: "gestalt", targets: ["GestaltMain"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // C below, Swift above: an arrow only ever points down.
        .systemLibrary(
            name: "CBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .target(
            name: "CKernels", exclude: ["README.md"],
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])],
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        .target(
            name: "CMedia", exclude: ["README.md"],
            linkerSettings: [
                .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("gif"),
                .linkedLibrary("webp"), .linkedLibrary("webpdemux"), .linkedLibrary("tiff"),
            ]),
        .target(name: "CFilm", exclude: ["README.md"]),

        layer("GestaltChecks", []),
        layer("GestaltTensor", ["GestaltChecks", "CKernels", "CBLAS"]),
        layer("GestaltNN", ["GestaltChecks", "GestaltTensor", "CKernels"]),
        layer("GestaltMetrics", ["GestaltChecks", "GestaltTensor"]),
        layer("GestaltMotion", ["GestaltChecks", "GestaltTensor"]),
        layer("GestaltIO", ["GestaltChecks"]),
        layer("GestaltFiles", ["GestaltChecks", "GestaltTensor", "GestaltIO", "CZip", "CZlib"]),
        layer(
            "GestaltMedia",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "CMedia", "CZlib",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: [
                "Examples/README.md", "Examples/example.proto", "Events/README.md",
                "Events/event.proto",
            ]),
        layer(
            "GestaltLabels",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltMedia",
                .product(name: "Yams", package: "Yams"),
            ]),
        layer(
            "GestaltData",
            [
                "GestaltChecks", "GestaltIO", "GestaltTensor", "GestaltMotion", "GestaltMedia",
                "GestaltFiles",
            ]),
        layer(
            "GestaltModels",
            ["GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles"]),
        layer(
            "GestaltVideo",
            ["GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltModels"]),
        layer(
            "GestaltTraining",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles",
                "GestaltMedia", "GestaltData", "GestaltModels",
            ]),
        layer(
            "GestaltRobotPush",
            ["GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltData"],
            resources: [.copy("Sample")]),
        layer(
            "GestaltFilm",
            [
                "GestaltChecks", "GestaltIO", "GestaltTensor", "GestaltMedia", "GestaltData",
                "CFilm",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        layer(
            "GestaltImport",
            [
                "GestaltTensor", "GestaltIO", "GestaltMedia", "GestaltLabels", "GestaltData",
                "GestaltModels", "GestaltFilm",
            ]),
        // The weights of Models/; its API is `PretrainedModels` in GestaltRecipes.
        layer(
            "GestaltPretrained", ["GestaltIO"], path: "Models",
            resources: [.copy("robot-push-small")]),
        layer(
            "GestaltVQVAE",
            [
                "GestaltChecks", "GestaltTensor", "GestaltNN", "GestaltFiles", "GestaltModels",
                "GestaltVideo",
            ]),
        layer(
            "GestaltMAGVIT",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles",
                "GestaltModels", "GestaltVideo",
            ]),
        layer(
            "GestaltPrior",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles",
                "GestaltModels", "GestaltVideo", "GestaltVQVAE", "CKernels",
            ]),
        layer(
            "GestaltSegHeads",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics",
                "GestaltMedia", "GestaltModels", "GestaltVideo", "GestaltPrior",
            ]),
        layer(
            "GestaltRecipes",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics",
                "GestaltMotion",
                "GestaltFiles", "GestaltMedia", "GestaltData", "GestaltModels", "GestaltVideo",
                "GestaltTraining", "GestaltRobotPush", "GestaltFilm", "GestaltImport",
                "GestaltPretrained",
                "GestaltVQVAE", "GestaltMAGVIT",
                "GestaltPrior", "GestaltSegHeads",
            ]),
        layer(
            "GestaltFitting",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics",
                "GestaltMotion", "GestaltMedia", "GestaltLabels", "GestaltData", "GestaltModels",
                "GestaltVideo",
                "GestaltTraining", "GestaltFilm", "GestaltImport", "GestaltSegHeads",
                "GestaltRecipes",
            ]),
        layer(
            "GestaltStudy",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics",
                "GestaltFiles", "GestaltMedia", "GestaltData", "GestaltModels", "GestaltVideo",
                "GestaltTraining", "GestaltSegHeads", "GestaltRecipes",
            ]),
        layer(
            "Gestalt",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics", "GestaltMotion",
                "GestaltFiles",
                "GestaltMedia", "GestaltData", "GestaltModels", "GestaltVideo", "GestaltTraining",
                "GestaltRobotPush", "GestaltVQVAE", "GestaltMAGVIT", "GestaltPrior",
                "GestaltSegHeads", "GestaltRecipes", "GestaltLabels", "GestaltFilm",
                "GestaltImport", "GestaltFitting", "GestaltStudy",
            ]),
        layer(
            "GestaltCommand",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltMedia",
                "GestaltData", "GestaltModels", "GestaltVideo", "GestaltTraining",
                "GestaltLabels", "GestaltImport", "GestaltVQVAE", "GestaltMAGVIT", "GestaltPrior",
                "GestaltSegHeads", "GestaltRecipes", "GestaltMetrics", "GestaltFilm",
                "GestaltFitting", "GestaltStudy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "GestaltMain", dependencies: ["GestaltCommand"], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["GestaltTensor", "GestaltNN", "GestaltFiles"],
            path: "Tests/Support", swiftSettings: strict),
        tests("GestaltTensor", ["CBLAS", "CKernels"]),
        tests("GestaltIO"),
        tests("GestaltNN", ["GestaltTensor"]),
        tests(
            "GestaltMetrics",
            [
                "GestaltTensor", "GestaltFiles", "GestaltMedia", "GestaltLabels", "GestaltData",
            ]),
        tests("GestaltMotion", ["GestaltTensor"]),
        tests("GestaltFiles", ["GestaltTensor"], resources: [.copy("Fixtures")]),
        tests("GestaltMedia", ["GestaltChecks", "GestaltTensor"]),
        tests(
            "GestaltData",
            ["GestaltChecks", "GestaltTensor", "GestaltFiles", "GestaltMedia", "GestaltRobotPush"]),
        tests("GestaltModels", ["GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles"]),
        tests(
            "GestaltVideo",
            ["GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltModels"]),
        tests(
            "GestaltTraining",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltMedia",
                "GestaltData", "GestaltModels", "GestaltVideo", "GestaltVQVAE",
            ]),
        tests("GestaltRobotPush", ["GestaltTensor", "GestaltIO", "GestaltData"]),
        tests(
            "GestaltVQVAE",
            ["GestaltTensor", "GestaltNN", "GestaltFiles", "GestaltModels", "GestaltVideo"],
            resources: [.copy("Fixtures")]),
        tests(
            "GestaltMAGVIT",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltModels",
                "GestaltVideo",
            ]),
        tests(
            "GestaltPrior",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltModels",
                "GestaltVideo", "GestaltVQVAE", "CKernels",
            ], resources: [.copy("Fixtures")]),
        tests(
            "GestaltSegHeads",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltModels",
                "GestaltVideo", "GestaltVQVAE", "GestaltPrior",
            ]),
        tests(
            "GestaltRecipes",
            [
                "GestaltChecks", "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMetrics",
                "GestaltMotion", "GestaltFiles", "GestaltMedia", "GestaltData", "GestaltModels",
                "GestaltVideo", "GestaltTraining", "GestaltRobotPush", "GestaltVQVAE",
                "GestaltMAGVIT", "GestaltPrior", "GestaltSegHeads",
            ]),
        tests(
            "GestaltCommand",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltFiles", "GestaltMedia",
                "GestaltData", "GestaltModels", "GestaltVideo", "GestaltTraining",
                "GestaltRobotPush", "GestaltLabels", "GestaltFilm", "GestaltVQVAE",
                "GestaltMAGVIT", "GestaltPrior", "GestaltSegHeads",
            ]),
        tests("GestaltChecks"),
        tests("GestaltLabels", ["GestaltTensor", "GestaltIO", "GestaltFiles", "GestaltMedia"]),
        tests("GestaltFilm", ["GestaltData", "GestaltMedia", "GestaltTensor"]),
        tests(
            "GestaltImport",
            [
                "GestaltTensor", "GestaltIO", "GestaltFiles", "GestaltMedia", "GestaltLabels",
                "GestaltData", "GestaltModels", "GestaltFilm",
            ]),
        tests(
            "GestaltFitting",
            [
                "GestaltTensor", "GestaltIO", "GestaltNN", "GestaltMedia", "GestaltData",
                "GestaltModels", "GestaltTraining",
                "GestaltFilm", "GestaltImport", "GestaltSegHeads", "GestaltRecipes",
            ]),
        tests(
            "GestaltStudy",
            [
                "GestaltTensor", "GestaltIO", "GestaltMetrics", "GestaltMedia", "GestaltData",
                "GestaltModels", "GestaltVideo", "GestaltTraining", "GestaltRecipes",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
