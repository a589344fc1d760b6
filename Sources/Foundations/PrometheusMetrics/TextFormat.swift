/// The syntax of the text format 0.0.4 and of OpenMetrics 1.0, byte by byte.
///
/// Sources: prometheus.io/docs/instrumenting/exposition_formats and the OpenMetrics 1.0 specification.
enum TextFormat {
    /// The `HELP` and `TYPE` lines of a family, and its `UNIT` line in OpenMetrics if it has a base unit.
    static func append(headerOf descriptor: MetricDescriptor, as format: ExpositionFormat, to output: inout [UInt8]) {
        let name = format == .openMetrics ? descriptor.openMetricsName : descriptor.name
        output += Array("# HELP \(name) ".utf8)
        for byte in descriptor.help.utf8 {
            // OpenMetrics escapes quotes in help as well; in the text format `\"` would be shown as it is.
            append(byte, escapingQuotes: format == .openMetrics, to: &output)
        }
        output += Array("\n# TYPE \(name) \(descriptor.kind.rawValue)\n".utf8)
        if format == .openMetrics, let unit = descriptor.unit {
            output += Array("# UNIT \(name) \(unit)\n".utf8)
        }
    }

    /// `name="value"`.
    static func append(label name: String, value: String, to output: inout [UInt8]) {
        output += Array(name.utf8)
        output += Array("=\"".utf8)
        for byte in value.utf8 { append(byte, escapingQuotes: true, to: &output) }
        output.append(UInt8(ascii: "\""))
    }

    private static func append(_ byte: UInt8, escapingQuotes: Bool, to output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\\"):
            output += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
        case UInt8(ascii: "\n"):
            output += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case UInt8(ascii: "\"") where escapingQuotes:
            output += [UInt8(ascii: "\\"), UInt8(ascii: "\"")]
        case 0:
            // Prometheus' lexer takes a NUL for the end of the text, so the replacement character stands in for it.
            output += [0xEF, 0xBF, 0xBD]
        default:
            output.append(byte)
        }
    }

    /// ` # {labels} value time`.
    static func append(_ slot: ExemplarSlot, to output: inout [UInt8]) {
        output += [UInt8(ascii: " "), UInt8(ascii: "#"), UInt8(ascii: " ")]
        output += slot.exemplar.labels
        output.append(UInt8(ascii: " "))
        append(slot.value, to: &output)
        guard let milliseconds = slot.exemplar.unixMilliseconds, milliseconds >= 0 else { return }
        output.append(UInt8(ascii: " "))
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        append(UInt64(seconds), to: &output)
        output.append(UInt8(ascii: "."))
        output += [UInt8(48 + rest / 100), UInt8(48 + rest / 10 % 10), UInt8(48 + rest % 10)]
    }

    /// A value: whole numbers without a point, others in their shortest exact form.
    static func append(_ value: Double, to output: inout [UInt8]) {
        if value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
            if value < 0 { output.append(UInt8(ascii: "-")) }
            append(UInt64(value.magnitude), to: &output)
        } else if value.isNaN {
            output += Array("NaN".utf8)
        } else if value.isInfinite {
            output += Array((value < 0 ? "-Inf" : "+Inf").utf8)
        } else {
            output.append(contentsOf: value.description.utf8)
        }
    }

    /// A count.
    static func append(_ value: UInt64, to output: inout [UInt8]) {
        if value < 10 {
            output.append(48 + UInt8(value))
            return
        }
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var first = 20
        var rest = value
        while rest > 0 {
            first -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[first] = 48 + UInt8(digit)
            rest = quotient
        }
        for index in first..<20 { output.append(digits[index]) }
    }
}
