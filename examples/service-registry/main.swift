// SPDX-License-Identifier: Apache-2.0
import Foundation

// `service-registry serve etcd://127.0.0.1:2379 NAME [PORT]` is one server, `serve PORT NAME` one that registers nowhere,
// and `call TARGET SECONDS` a client; without arguments it is the whole story.
let words = Array(CommandLine.arguments.dropFirst())
do {
    if words.first == "serve", words.count == 3, let port = Int(words[1]) {
        try await GreeterProgram(name: words[2], registry: nil, port: port).run()
    } else if words.first == "serve", (3...4).contains(words.count), let port = Int(words.count > 3 ? words[3] : "0") {
        try await GreeterProgram(name: words[2], registry: words[1], port: port).run()
    } else if words.first == "call", words.count == 3, let seconds = Int(words[2]) {
        try await CallerProgram(target: words[1], seconds: seconds).run()
    } else {
        let story = try await Story()
        let isGood = try await story.run()
        exit(isGood ? 0 : 1)
    }
} catch {
    print("service-registry: \(error)")
    exit(1)
}
