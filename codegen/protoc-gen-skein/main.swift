// SPDX-License-Identifier: Apache-2.0
import SkeinCodegen
import SwiftProtobufPluginLibrary

Generator.main()
