// SPDX-License-Identifier: Apache-2.0
import Foundation

// `service-registry serve etcd://127.0.0.1:2379 NAME` is one server, `serve PORT NAME` one that registers nowhere, and
// `call TARGET SECONDS` a client; without arguments it is the whole story.
let words = CommandLine.arguments.dropFirst()
do {
    if words.first == "serve", words.count == 3, let name = words.last {
        let place = words[words.startIndex + 1]
        if let port = Int(place) {
            try await GreeterProgram(name: name, registry: nil, port: port).run()
        } else {
            try await GreeterProgram(name: name, registry: place).run()
        }
    } else if words.first == "call", words.count == 3, let seconds = words.last.flatMap({ Int($0) }) {
        try await CallerProgram(target: words[words.startIndex + 1], seconds: seconds).run()
    } else {
        let story = try await Story()
        let isGood = try await story.run()
        exit(isGood ? 0 : 1)
    }
} catch {
    print("service-registry: \(error)")
    exit(1)
}
