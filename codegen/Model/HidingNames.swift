// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

extension SwiftNames {
    /// Throws when a message or enum that stubs see has the name of a type that they need: protoc-gen-swift chose it,
    /// so it cannot be another.
    static func refuseHidingNames(of file: FileDescriptor) throws {
        let namer = SwiftProtobufNamer()
        for file in [file] + file.dependencies {
            for message in file.messages where takenTypes.contains(namer.relativeName(message: message)) {
                throw hiding(message.name, file, at: message.sourceCodeInfoLocation)
            }
            for declaration in file.enums where takenTypes.contains(namer.relativeName(enum: declaration)) {
                throw hiding(declaration.name, file, at: declaration.sourceCodeInfoLocation)
            }
        }
    }

    private static func hiding(
        _ name: String, _ file: FileDescriptor, at location: Google_Protobuf_SourceCodeInfo.Location?
    ) -> GeneratorError {
        GeneratorError(
            "\(name) hides a type of Skein of that name; give the file a package, or option swift_prefix", in: file,
            at: location)
    }
}
