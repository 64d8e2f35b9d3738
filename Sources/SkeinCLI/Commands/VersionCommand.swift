// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `skein version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version of skein.")

    static let current = "0.1.0-dev"

    func run() {
        print("skein \(Self.current)")
    }
}
