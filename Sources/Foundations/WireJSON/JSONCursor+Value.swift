extension JSONCursor {
    /// Passes the value that starts here, however deep, without recursion.
    ///
    /// - Parameter depth: How many objects and arrays are open around it.
    mutating func skipValue(_ bytes: Span<UInt8>, depth outer: Int) throws(JSONProblem) -> JSONKind {
        guard position < bytes.count else { throw problem(.unexpectedEnd, at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            _ = try skipString(bytes)
            return .string
        case UInt8(ascii: "{"):
            try skipContainer(bytes, depth: outer)
            return .object
        case UInt8(ascii: "["):
            try skipContainer(bytes, depth: outer)
            return .array
        default:
            return try skipScalarValue(bytes)
        }
    }

    /// Passes a number, a boolean or null.
    private mutating func skipScalarValue(_ bytes: Span<UInt8>) throws(JSONProblem) -> JSONKind {
        switch bytes[position] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try skipNumber(bytes)
            return .number
        case UInt8(ascii: "t"):
            try skipLiteral(bytes, 0x74, 0x72, 0x75, 0x65)
            return .bool
        case UInt8(ascii: "f"):
            position += 1
            try skipLiteral(bytes, 0x61, 0x6C, 0x73, 0x65)
            return .bool
        case UInt8(ascii: "n"):
            try skipLiteral(bytes, 0x6E, 0x75, 0x6C, 0x6C)
            return .null
        default:
            throw unexpected(bytes)
        }
    }

    private mutating func skipLiteral(
        _ bytes: Span<UInt8>,
        _ first: UInt8,
        _ second: UInt8,
        _ third: UInt8,
        _ fourth: UInt8
    ) throws(JSONProblem) {
        try expect(first, in: bytes)
        try expect(second, in: bytes)
        try expect(third, in: bytes)
        try expect(fourth, in: bytes)
    }

    private mutating func expect(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONProblem) {
        guard position < bytes.count, bytes[position] == byte else { throw unexpected(bytes) }
        position += 1
    }

    /// Passes the object or array that starts here. Which brackets are open is kept as one bit a level.
    private mutating func skipContainer(_ bytes: Span<UInt8>, depth outer: Int) throws(JSONProblem) {
        var objects = InlineArray<8, UInt64>(repeating: 0)
        var depth = outer
        repeat {
            // A value starts here.
            guard position < bytes.count else { throw problem(.unexpectedEnd, at: position) }
            let byte = bytes[position]
            let isObject = byte == UInt8(ascii: "{")
            var isOpened = false
            if isObject || byte == UInt8(ascii: "[") {
                guard depth < rules.maximumDepth else { throw problem(.tooDeep, at: position) }
                let bit: UInt64 = 1 << UInt64(depth & 63)
                if isObject { objects[depth >> 6] |= bit } else { objects[depth >> 6] &= ~bit }
                depth += 1
                position += 1
                isOpened = true
            } else if byte == UInt8(ascii: "\"") {
                _ = try skipString(bytes)
            } else {
                _ = try skipScalarValue(bytes)
            }
            try continueContainer(bytes, objects: objects, depth: &depth, outer: outer, isOpened: isOpened)
        } while depth > outer
    }

    /// After a value or an opening bracket: closes what ends here and moves to where the next value starts.
    @inline(__always)
    private mutating func continueContainer(
        _ bytes: Span<UInt8>,
        objects: InlineArray<8, UInt64>,
        depth: inout Int,
        outer: Int,
        isOpened: Bool
    ) throws(JSONProblem) {
        var isFirst = isOpened
        while depth > outer {
            let level = depth - 1
            let isObject = objects[level >> 6] & (1 << UInt64(level & 63)) != 0
            skipWhitespace(bytes)
            guard position < bytes.count else { throw problem(.unexpectedEnd, at: position) }
            let byte = bytes[position]
            if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                position += 1
                depth -= 1
                isFirst = false
                continue
            }
            if !isFirst {
                guard byte == UInt8(ascii: ",") else { throw unexpected(bytes) }
                position += 1
                skipWhitespace(bytes)
            }
            if isObject { _ = try skipName(bytes) }
            return
        }
    }

    /// Passes a number as RFC 8259 §6 has it.
    private mutating func skipNumber(_ bytes: Span<UInt8>) throws(JSONProblem) {
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
            // A leading zero would otherwise show up as a missing comma.
            if position < bytes.count, bytes[position] &- 0x30 < 10 { throw problem(.invalidNumber, at: position) }
        } else {
            try skipDigits(bytes)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(bytes)
        }
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) throws(JSONProblem) {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        guard position > start else {
            throw problem(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
        }
    }
}
