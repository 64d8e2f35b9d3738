// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// A picture in SVG, drawn in plain shapes that look the same everywhere.
struct SVGCanvas {
    enum Anchor: String { case start, middle, end }

    /// Told apart by people who see colours differently (Okabe and Ito).
    static let colours = [
        "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#555555", "#b8a800", "#7a4fbf", "#111111",
    ]

    private let width: Double
    private let height: Double
    private var shapes: [String] = []

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double), colour: String = "#cccccc") {
        shapes.append(
            "<line x1=\"\(short(from.x))\" y1=\"\(short(from.y))\" x2=\"\(short(to.x))\" y2=\"\(short(to.y))\" "
                + "stroke=\"\(colour)\"/>")
    }

    mutating func path(_ points: [(x: Double, y: Double)], colour: String) {
        let text = points.map { "\(short($0.x)),\(short($0.y))" }.joined(separator: " ")
        shapes.append("<polyline points=\"\(text)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>")
        for point in points {
            shapes.append("<circle cx=\"\(short(point.x))\" cy=\"\(short(point.y))\" r=\"2.5\" fill=\"\(colour)\"/>")
        }
    }

    mutating func bar(x: Double, y: Double, width: Double, height: Double, colour: String, opacity: Double = 1) {
        shapes.append(
            "<rect x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(short(max(0, width)))\" "
                + "height=\"\(short(max(0, height)))\" fill=\"\(colour)\" fill-opacity=\"\(short(opacity))\"/>")
    }

    mutating func text(_ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 11) {
        let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        shapes.append(
            "<text x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor.rawValue)\" font-size=\"\(short(size))\">"
                + "\(safe)</text>")
    }

    var text: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(short(width)) \(short(height))" \
        width="\(short(width))" height="\(short(height))" font-family="sans-serif" fill="#222222">
        <rect width="100%" height="100%" fill="#ffffff"/>
        \(shapes.joined(separator: "\n"))
        </svg>

        """
    }

    private func short(_ value: Double) -> String {
        let text = String(format: "%.1f", value.isFinite ? value : 0)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
