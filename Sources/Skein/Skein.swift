// SPDX-License-Identifier: Apache-2.0
@_exported public import SkeinBalancing
@_exported public import SkeinClient
@_exported public import SkeinCore
@_exported public import SkeinProtobuf
@_exported public import SkeinResolution
@_exported public import SkeinServer
@_exported public import SkeinServices
@_exported public import SkeinTransport
