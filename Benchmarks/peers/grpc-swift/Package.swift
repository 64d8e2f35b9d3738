// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The greeter on grpc-swift 2, built for PEERS=all only: its release build takes ten minutes on two cores.
let grpc: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
]

let package = Package(
    name: "grpc-swift-2-greeter",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .target(
            name: "Greeting", dependencies: grpc + [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        .executableTarget(name: "greeter-server", dependencies: grpc + ["Greeting"]),
        .executableTarget(name: "greeter-client", dependencies: grpc + ["Greeting"]),
    ]
)
