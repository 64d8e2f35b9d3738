// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (Context.environment["SKEIN_WARNINGS"] == "error" ? [.treatAllWarnings(as: .error)] : [])

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobufPlugin = Target.Dependency.product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

func system(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func library(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func example(
    _ name: String, _ dependencies: [Target.Dependency] = ["ExampleProtos"], exclude: [String] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: ["Skein"] + dependencies, path: "examples/\(name)",
        exclude: ["README.md"] + exclude, swiftSettings: settings)
}

func interop(_ side: String) -> Target {
    .executableTarget(
        name: "skein-interop-\(side)", dependencies: ["Skein", "InteropProtos", arguments], path: "interop/\(side)",
        swiftSettings: settings)
}

/// The protos under codegen/Goldens; what is generated from each lies beside it.
let goldens = [
    "closedenums/closedenums", "comments/comments", "deprecated/closed", "deprecated/deprecated", "deprecated/file",
    "enums/enums", "imports/exported", "imports/imports", "imports/shared", "keywords/keywords", "maps/maps",
    "nested/nested", "oneofs/oneofs", "optional/optional", "prefix/prefix", "proto2/proto2", "proto2/without_syntax",
    "recursion/recursion", "required/required", "scalars/scalars", "services/services", "wellknown/wellknown",
]

let package = Package(
    name: "skein",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Skein", targets: ["Skein"]),
        .library(name: "SkeinDiscovery", targets: ["SkeinDiscovery"]),
        .library(name: "SkeinSwiftProtobuf", targets: ["SkeinSwiftProtobuf"]),
        .executable(name: "skein", targets: ["SkeinCLI"]),
        .executable(name: "skein-pick-bridge", targets: ["skein-pick-bridge"]),
        .executable(name: "protoc-gen-skein", targets: ["protoc-gen-skein"]),
        .executable(name: "skein-interop-server", targets: ["skein-interop-server"]),
        .executable(name: "skein-interop-client", targets: ["skein-interop-client"]),
        .plugin(name: "SkeinProtobufPlugin", targets: ["SkeinProtobufPlugin"]),
        .plugin(name: "SkeinProtobufCommandPlugin", targets: ["SkeinProtobufCommandPlugin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries, each imported by one Swift module.
        system("CNghttp2", "libnghttp2", apt: "libnghttp2-dev", brew: "libnghttp2"),
        system("CProtobufC", "libprotobuf-c", apt: "libprotobuf-c-dev", brew: "protobuf-c"),
        system("CZlib", "zlib", apt: "zlib1g-dev", brew: "zlib"),
        .target(name: "CSkein"),

        // The runtime, lowest layer first.
        library("SkeinCore", []),
        library("SkeinHTTP2", ["SkeinCore", "CNghttp2", "CZlib", "CSkein"]),
        library("SkeinBalancing", ["SkeinCore", "CSkein"]),
        library("SkeinProtobuf", ["SkeinCore", "CProtobufC", "CSkein"]),
        library("SkeinTransport", ["SkeinCore", "SkeinHTTP2", nioCore, nioPosix, nioTLS, nioSSL, logging]),
        library("SkeinResolution", ["SkeinCore", nioCore, nioPosix, logging]),
        library(
            "SkeinClient",
            [
                "SkeinCore", "SkeinHTTP2", "SkeinTransport", "SkeinBalancing", "SkeinResolution", lifecycle, logging,
                nioCore, nioPosix,
            ]),
        library(
            "SkeinServer",
            [
                "SkeinCore", "SkeinHTTP2", "SkeinTransport", "CSkein", lifecycle, signals, logging, nioCore, nioPosix,
                nioHTTP1,
            ]),
        library("SkeinServices", ["SkeinCore", "SkeinServer", "SkeinProtobuf"]),
        library(
            "Skein",
            [
                "SkeinCore", "SkeinTransport", "SkeinClient", "SkeinServer", "SkeinServices", "SkeinBalancing",
                "SkeinResolution", "SkeinProtobuf",
            ]),
        library(
            "SkeinDiscovery",
            [
                "SkeinCore", "SkeinResolution", "SkeinTransport", "SkeinClient", "SkeinServer", "SkeinProtobuf",
                httpClient, httpCompression, logging, nioCore, nioPosix, nioHTTP1, nioSSL,
            ]),
        library("SkeinSwiftProtobuf", ["SkeinCore", protobuf]),
        library("SkeinTesting", ["SkeinCore", "SkeinBalancing"]),
        library("SkeinLab", ["SkeinCore", "SkeinBalancing"]),

        // The tools.
        .target(
            name: "SkeinCodegen", dependencies: [protobuf, protobufPlugin], path: "codegen",
            exclude: ["BuildPlugin", "CommandPlugin", "Conformance", "Goldens", "SkeinProtoc", "protoc-gen-skein"],
            sources: ["Model", "Render"], swiftSettings: settings),
        .executableTarget(
            name: "protoc-gen-skein", dependencies: ["SkeinCodegen", protobufPlugin], path: "codegen/protoc-gen-skein",
            swiftSettings: settings),
        .executableTarget(name: "SkeinProtoc", path: "codegen/SkeinProtoc", swiftSettings: settings),
        .plugin(
            name: "SkeinProtobufPlugin", capability: .buildTool(),
            dependencies: ["protoc-gen-skein", "SkeinProtoc"], path: "codegen/BuildPlugin"),
        .plugin(
            name: "SkeinProtobufCommandPlugin",
            capability: .command(
                intent: .custom(
                    verb: "generate-protos", description: "Generates Swift from the .proto files of the targets."),
                permissions: [.writeToPackageDirectory(reason: "It writes the generated Swift files.")]),
            dependencies: ["protoc-gen-skein", "SkeinProtoc"], path: "codegen/CommandPlugin"),
        .executableTarget(
            name: "protobuf-conformance", dependencies: ["SkeinProtobuf", "SkeinCore"], path: "codegen/Conformance",
            exclude: ["known_failures.txt"], swiftSettings: settings),
        .executableTarget(
            name: "SkeinCLI",
            dependencies: [
                "SkeinCore", "SkeinBalancing", "SkeinLab", "SkeinTransport", "SkeinResolution", "SkeinServer",
                "SkeinServices", "SkeinDiscovery", arguments, signals,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "skein-pick-bridge", dependencies: ["SkeinCore", "SkeinLab", arguments],
            path: "Sources/SkeinPickBridge", swiftSettings: settings),

        // The examples.
        library("ExampleProtos", ["Skein"], path: "examples/protos"),
        example("hello-world"),
        example("route-guide"),
        example("custom-resolver"),
        example("custom-policy"),
        example("demo"),
        example("service-registry", ["ExampleProtos", "SkeinDiscovery"], exclude: ["with-docker"]),

        // gRPC's interoperability tests.
        library("InteropProtos", ["Skein", "SkeinProtobuf"], path: "interop/protos"),
        interop("server"),
        interop("client"),

        // The tests.
        .target(
            name: "Goldens", dependencies: ["Skein", "SkeinProtobuf"], path: "codegen/Goldens",
            exclude: goldens.map { $0 + ".proto" },
            swiftSettings: settings),
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        library("TestSupport", ["SkeinCore", "CTestSupport", logging], path: "Tests/TestSupport"),
        tests("SkeinCoreTests", ["SkeinCore"]),
        tests("SkeinHTTP2Tests", ["SkeinHTTP2", "SkeinCore"]),
        tests("SkeinBalancingTests", ["SkeinBalancing", "SkeinTesting", "SkeinCore", "TestSupport", "CSkein"]),
        tests("SkeinLabTests", ["TestSupport", "SkeinLab", "SkeinBalancing", "SkeinCore", "skein-pick-bridge"]),
        tests("SkeinProtobufTests", ["SkeinProtobuf", "SkeinCore", "Goldens", "TestSupport", "CSkein", "CProtobufC"]),
        tests("SkeinTransportTests", ["SkeinTransport", "SkeinHTTP2", "SkeinCore", nioCore, nioPosix, nioEmbedded]),
        tests(
            "SkeinResolutionTests",
            ["SkeinResolution", "SkeinCore", "SkeinTesting", "TestSupport", logging, nioCore, nioPosix]),
        tests(
            "SkeinDiscoveryTests",
            [
                "Skein", "SkeinDiscovery", "SkeinResolution", "SkeinTransport", "SkeinClient", "SkeinServer",
                "SkeinServices", "SkeinTesting", "SkeinProtobuf", "SkeinCore", "TestSupport", "ExampleProtos",
                "service-registry", logging, nioCore, nioPosix, nioEmbedded, nioHTTP1,
            ],
            exclude: ["Recordings", "peers", "real-registries"]),
        tests(
            "SkeinClientTests",
            ["SkeinClient", "SkeinHTTP2", "SkeinTransport", "SkeinBalancing", "SkeinCore", nioCore, nioPosix]),
        tests(
            "SkeinServerTests", ["SkeinServer", "SkeinTransport", "SkeinCore", nioCore, nioPosix, nioHTTP1, logging]),
        tests("SkeinServicesTests", ["SkeinServices", "SkeinProtobuf", "SkeinCore", "Goldens"]),
        tests(
            "IntegrationTests",
            [
                "Skein", "SkeinCore", "SkeinHTTP2", "SkeinTransport", "SkeinBalancing", "SkeinResolution",
                "SkeinClient", "SkeinServer", "SkeinServices", "SkeinProtobuf", "TestSupport", logging, nioCore,
                nioPosix,
                nioSSL,
            ]),
        tests("FuzzTests", ["SkeinCore", "SkeinHTTP2", "SkeinResolution", "TestSupport"]),
        tests(
            "InteropTests",
            ["Skein", "InteropProtos", "TestSupport", "skein-interop-server", "skein-interop-client"],
            exclude: ["peers"]),
        .executableTarget(
            name: "robustness-target", dependencies: ["Skein", "SkeinCore", logging],
            path: "Tests/RobustnessTests/Target", swiftSettings: settings),
        tests("CodegenTests", ["SkeinCodegen", "protoc-gen-skein", protobuf, protobufPlugin]),
        library("NativeStubs", ["Skein", "SkeinProtobuf"], path: "Tests/SwiftProtobufTests/Stubs/Native"),
        library(
            "SwiftProtobufStubs", ["Skein", "SkeinProtobuf", "SkeinSwiftProtobuf", protobuf],
            path: "Tests/SwiftProtobufTests/Stubs/SwiftProtobuf"),
        tests(
            "SwiftProtobufTests",
            [
                "Skein", "SkeinCore", "SkeinProtobuf", "SkeinSwiftProtobuf", "NativeStubs", "SwiftProtobufStubs",
                protobuf,
            ], exclude: ["Stubs"]),
        tests("PluginTests", ["SkeinProtoc"], exclude: ["test_plugins.py", "test_all_protos.py"]),
        library("DifferentialPeer", [protobuf], path: "Tests/DifferentialTests/SwiftProtobufMessages"),
        tests(
            "DifferentialTests",
            ["SkeinProtobuf", "SkeinCore", "DifferentialPeer", "TestSupport", "protobuf-conformance", protobuf],
            exclude: ["SwiftProtobufMessages", "peers"]),
        tests("SkeinCLITests", ["SkeinCLI", "SkeinDiscovery", "TestSupport", arguments]),
    ]
)
