// SPDX-License-Identifier: Apache-2.0
import Foundation

func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

do {
    let runner = try ProtocRunner(Array(CommandLine.arguments.dropFirst()))
    exit(try runner.run(say: say) ? 0 : 1)
} catch let error as ProtoError {
    say((error.path.map { "\($0):1:1: " } ?? "") + "error: \(error.message)")
} catch {
    say("error: \(error.localizedDescription)")
}
exit(1)
