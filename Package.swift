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

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobufPlugin = Target.Dependency.product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

func system(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func library(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func example(_ name: String, _ extra: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name, dependencies: ["Skein"] + extra, path: "examples/\(name)", exclude: ["README.md"],
        swiftSettings: settings)
}

let package = Package(
    name: "skein",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Skein", targets: ["Skein"]),
        .executable(name: "skein", targets: ["SkeinCLI"]),
        .executable(name: "protoc-gen-skein", targets: ["protoc-gen-skein"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries, each imported by one Swift module.
        system("CNghttp2", "libnghttp2", apt: "libnghttp2-dev", brew: "libnghttp2"),
        system("CProtobufC", "libprotobuf-c", apt: "libprotobuf-c-dev", brew: "protobuf-c"),
        .target(name: "CSkein"),

        // The runtime, lowest layer first.
        library("SkeinCore", []),
        library("SkeinHTTP2", ["SkeinCore", "CNghttp2", "CSkein"]),
        library("SkeinBalancing", ["SkeinCore", "CSkein"]),
        library("SkeinProtobuf", ["SkeinCore", "CProtobufC", "CSkein"]),
        library("SkeinTransport", ["SkeinCore", "SkeinHTTP2", nioCore, nioPosix, logging]),
        library("SkeinResolution", ["SkeinCore", nioCore, nioPosix, logging]),
        library(
            "SkeinClient",
            ["SkeinCore", "SkeinTransport", "SkeinBalancing", "SkeinResolution", lifecycle, logging, nioCore, nioPosix]),
        library("SkeinServer", ["SkeinCore", "SkeinTransport", lifecycle, logging, nioCore, nioPosix]),
        library("Skein", ["SkeinCore", "SkeinTransport", "SkeinClient", "SkeinServer", "SkeinBalancing", "SkeinResolution", "SkeinProtobuf"]),
        library("SkeinTesting", ["SkeinCore", "SkeinTransport", "SkeinClient", "SkeinServer", "SkeinBalancing", "SkeinResolution"]),
    ]
)
