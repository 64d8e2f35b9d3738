// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// What stops the generator, told as compilers do: `greeter.proto:3:1: groups are not supported`.
struct GeneratorError: Error, CustomStringConvertible {
    let description: String

    init(_ message: String) { description = message }

    /// Lines and columns count from 1.
    init(_ message: String, in file: FileDescriptor, at location: Google_Protobuf_SourceCodeInfo.Location?) {
        let line = (location?.span.first ?? 0) + 1
        let column = (location?.span.dropFirst().first ?? 0) + 1
        description = "\(file.name):\(line):\(column): \(message)"
    }
}
