// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let skein = Target.Dependency.product(name: "Skein", package: "skein")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "skein", path: ".."),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        .target(name: "BenchProtos", dependencies: [skein], swiftSettings: settings),
        .executableTarget(name: "bench-server", dependencies: [skein, "BenchProtos"], swiftSettings: settings),
        .executableTarget(name: "bench-client", dependencies: [skein, "BenchProtos"], swiftSettings: settings),
        .executableTarget(name: "bench-handlers", dependencies: [skein], swiftSettings: settings),
        .executableTarget(name: "bench-fleet", dependencies: [skein, "BenchProtos"], swiftSettings: settings),
        // The same messages twice: ours and apple/swift-protobuf's.
        .target(name: "BenchMessages", dependencies: [skein], swiftSettings: settings),
        .target(name: "BenchMessagesPeer", dependencies: [swiftProtobuf]),
        .executableTarget(
            name: "bench-messages", dependencies: [skein, swiftProtobuf, "BenchMessages", "BenchMessagesPeer"],
            swiftSettings: settings),
        // Looks at what only the library's own modules see.
        .executableTarget(
            name: "bench-picks", dependencies: [skein],
            swiftSettings: settings + [.unsafeFlags(["-Xfrontend", "-disable-access-control"])]),
    ]
)
