// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "with-plugin",
    platforms: [.macOS(.v15)],
    // Yours says .package(url: …) here.
    dependencies: [.package(name: "skein", path: "../..")],
    targets: [
        .executableTarget(
            name: "Shop",
            dependencies: [.product(name: "Skein", package: "skein")],
            plugins: [.plugin(name: "SkeinProtobufPlugin", package: "skein")])
    ]
)
