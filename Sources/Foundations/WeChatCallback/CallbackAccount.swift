/// An account's callback address: how what arrives there is known to be WeChat's, and what it says.
///
/// A value that keeps the token and the keys; it reads no clock and no network. In the order of a request: ``verify(_:)`` looks
/// at the query alone, before a byte of the body is read, and ``open(_:_:)`` reads the body.
public struct CallbackAccount: Sendable {
    /// How WeChat sends bodies; set in its console.
    public enum Mode: String, CaseIterable, Sendable {
        /// As they are.
        case plain
        /// As they are and encrypted, side by side.
        case compatible
        /// Encrypted alone.
        case safe
    }

    private let token: String
    private let cipher: CallbackCipher
    /// How bodies must come.
    public let mode: Mode
    private let limits: CallbackLimits

    /// - Parameters:
    ///   - token: The console's Token.
    ///   - cipher: The AppID with the keys, none in plain mode.
    public init(token: String, cipher: CallbackCipher, mode: Mode, limits: CallbackLimits = CallbackLimits()) {
        self.token = token
        self.cipher = cipher
        self.mode = mode
        self.limits = limits
    }

    /// What WeChat puts into the query.
    public struct Query: Equatable, Sendable {
        /// Over the token, `timestamp` and `nonce`.
        public var signature: String?
        /// Seconds since 1970. Its age is not judged, as WeChat repeats pushes.
        public var timestamp: String
        /// A number by chance.
        public var nonce: String
        /// Over the same and the encrypted text.
        public var messageSignature: String?
        /// What a GET is to be answered with.
        public var echo: String?

        /// Every value as it was sent, decoded.
        public init(
            signature: String?,
            timestamp: String,
            nonce: String,
            messageSignature: String? = nil,
            echo: String? = nil
        ) {
            self.signature = signature
            self.timestamp = timestamp
            self.nonce = nonce
            self.messageSignature = messageSignature
            self.echo = echo
        }
    }

    /// Whether the query is WeChat's.
    public func verify(_ query: Query) -> Bool {
        CallbackSignature.matches(query.signature, [token, query.timestamp, query.nonce])
    }

    /// Reads a body whose query was verified.
    ///
    /// - Throws: Why it can't be believed or read.
    public func open(_ query: Query, _ body: [UInt8]) throws(CallbackRefusal) -> CallbackContent {
        let outer = try read(body)
        let sealed = outer["Encrypt"]?.text
        guard mode != .plain, let sealed, !sealed.isEmpty else {
            // In plain mode nothing is opened, and a body that is nothing but encrypted says nothing.
            guard mode != .safe, outer["MsgType"] != nil else { throw .encryption }
            return CallbackContent(node: outer, bytes: body, key: nil)
        }
        let parts = [token, query.timestamp, query.nonce, sealed]
        guard CallbackSignature.matches(query.messageSignature, parts) else { throw .signature }
        guard let opened = cipher.open(sealed) else { throw .encryption }
        return CallbackContent(node: try read(opened.message), bytes: opened.message, key: opened.key)
    }

    private func read(_ body: [UInt8]) throws(CallbackRefusal) -> CallbackNode {
        do throws(CallbackBodyProblem) { return try CallbackNode(body: body, limits: limits) } catch {
            throw .body(error)
        }
    }

    /// A passive answer as an encrypted account expects it: XML with the sealed message and its own signature.
    ///
    /// - Parameters:
    ///   - message: The answer's XML, or `success`.
    ///   - query: Of the push: the answer carries its timestamp and nonce.
    ///   - key: That opened the push.
    ///   - chance: 16 bytes that nobody can foresee.
    /// - Returns: `nil` without such a key.
    public func seal(_ message: [UInt8], for query: Query, key: Int, chance: [UInt8]) -> [UInt8]? {
        guard let sealed = cipher.seal(message, chance: chance, key: key) else { return nil }
        let signature = CallbackSignature.make([token, query.timestamp, query.nonce, sealed])
        let nonce = query.nonce.replacing("]]>", with: "")
        let xml = """
            <xml><Encrypt><![CDATA[\(sealed)]]></Encrypt><MsgSignature><![CDATA[\(signature)]]></MsgSignature>\
            <TimeStamp>\(query.timestamp.filter(\.isNumber))</TimeStamp><Nonce><![CDATA[\(nonce)]]></Nonce></xml>
            """
        return Array(xml.utf8)
    }
}

/// A body that was read.
public struct CallbackContent: Equatable, Sendable {
    /// What it says: decrypted where it came so.
    public var node: CallbackNode
    /// As WeChat wrote it: decrypted where it came so.
    public var bytes: [UInt8]
    /// The place of the key that opened it; `nil` where it was not encrypted.
    public var key: Int?

    /// A body, and how it came.
    public init(node: CallbackNode, bytes: [UInt8] = [], key: Int?) {
        self.node = node
        self.bytes = bytes
        self.key = key
    }

    /// The same for the same push to the same account again, and for no other.
    public func digest(app: String) -> Int64 {
        PushedReceipt.digest([app, String(decoding: bytes, as: UTF8.self)])
    }
}

/// Why a callback is not taken.
public enum CallbackRefusal: Error, Equatable, Sendable {
    /// The signature is missing or is another's.
    case signature
    /// It is not encrypted as the mode asks, or none of the keys opens it.
    case encryption
    /// It is neither XML nor JSON of WeChat's form.
    case body(CallbackBodyProblem)
}
