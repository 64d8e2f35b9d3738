// SPDX-License-Identifier: Apache-2.0
import Skein

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// What the attacks of this folder need at the other end:
// `robustness-target serve [--limit NAME=N …]`  a server; prints "listening PORT", runs until SIGTERM or the end of
//                                               its input
// `robustness-target load --port N [--calls N] [--rate N] [--connections N] [--deadline MS] [--method NAME]`
//                                               a well-behaved client; prints its figures as one line of JSON

let arguments = TargetArguments(CommandLine.arguments.dropFirst())
switch arguments.command {
case "serve": try await TargetServer(arguments).run()
case "load": print(try await TargetLoad(arguments).run())
default:
    print("expected serve or load, got \"\(arguments.command)\"")
    exit(2)
}
