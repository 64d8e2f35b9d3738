// SPDX-License-Identifier: Apache-2.0
import Foundation

// `service-registry serve etcd://127.0.0.1:2379 NAME` is one server; without arguments it is the whole story.
let words = CommandLine.arguments.dropFirst()
do {
    if words.first == "serve", words.count == 3, let name = words.last {
        try await GreeterProgram(name: name, registry: words[words.startIndex + 1]).run()
    } else {
        let story = try await Story()
        let isGood = try await story.run()
        exit(isGood ? 0 : 1)
    }
} catch {
    print("service-registry: \(error)")
    exit(1)
}
