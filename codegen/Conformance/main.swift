// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinProtobuf

// The program that protobuf's conformance runner tests: a request on standard input, its answer on standard output,
// until the input ends.
let frames = Frames(input: .standardInput, output: .standardOutput)
do {
    while let request = try frames.next() {
        try frames.write(Testee.answer(Conformance_ConformanceRequest(serialized: request)).serialized())
    }
} catch {
    FileHandle.standardError.write(Data("protobuf-conformance: \(error)\n".utf8))
    exit(1)
}
