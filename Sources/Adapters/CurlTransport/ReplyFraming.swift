import Gzip
import WeirPorts

/// What a reply's head says of its body.
struct ReplyFraming {
    /// A content coding that is undone here. Nobody asked for it: some proxies compress all the same.
    enum Coding {
        case gzip
        case deflate

        /// How a body that begins so is framed; `nil` if the label is wrong, as where a proxy has decoded and not said so.
        func format(firstByte: UInt8) -> Inflater.Format? {
            switch self {
            case .gzip: firstByte == 0x1F ? .gzip : nil
            // The low half of the first byte is 8, which no sensible raw stream starts with.
            case .deflate: firstByte & 0x0F == 8 ? .zlib : .raw
            }
        }
    }

    /// Deflate makes no more bytes out of one.
    private static let mostExpansion = 1032

    let fields: [HeaderField]
    /// Bytes on the wire; `nil` when only the end tells.
    let length: Int?
    /// `nil` for none, and for one that is passed on as it is.
    let coding: Coding?
    let hasBody: Bool

    init(_ head: ReplyHead, method: String) {
        fields = head.fields()
        hasBody = method != "HEAD" && head.status != 204 && head.status != 304
        length = Self.length(fields)
        // A part of a coded body can't be decoded by itself.
        coding = hasBody && head.status != 206 ? Self.coding(fields) : nil
    }

    /// The most bytes that the body may become once `soFar` are there, up to `limit`.
    ///
    /// They are taken before the first is kept, all at once, also where the length is unknown: replies that hold a part and wait
    /// for the rest could block each other for ever.
    func room(soFar: Int, exempt: Int, limit: Int) -> Int {
        guard let length else { return coding == nil && soFar <= exempt ? soFar : limit }
        guard coding != nil else { return min(length, limit) }
        return length > limit / Self.mostExpansion ? limit : length * Self.mostExpansion
    }

    /// The fields as they belong to a decoded body.
    var decodedFields: [HeaderField] {
        fields.filter { !$0.isNamed("content-encoding") && !$0.isNamed("content-length") }
    }

    private static func length(_ fields: [HeaderField]) -> Int? {
        var length: Int?
        for field in fields {
            if field.isNamed("transfer-encoding") { return nil }
            if field.isNamed("content-length") {
                guard let value = Int(field.value), value >= 0, length ?? value == value else { return nil }
                length = value
            }
        }
        return length
    }

    /// The lines are one list; a body that was coded more than once stays as it is.
    private static func coding(_ fields: [HeaderField]) -> Coding? {
        var names: [String] = []
        for field in fields where field.isNamed("content-encoding") {
            for element in field.value.split(separator: ",") {
                let name = element.lowercased().filter { $0 != " " && $0 != "\t" }
                if !name.isEmpty, name != "identity" { names.append(name) }
            }
        }
        guard names.count == 1 else { return nil }
        return switch names[0] {
        case "gzip", "x-gzip": .gzip
        case "deflate": .deflate
        default: nil
        }
    }
}

extension HeaderField {
    /// Whether this is the field's name, given in small letters.
    fileprivate func isNamed(_ lowercased: String) -> Bool {
        name.utf8.count == lowercased.utf8.count && zip(name.utf8, lowercased.utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
