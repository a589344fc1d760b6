@testable import WeChatCallback

/// Texts that wechatpy 1.8.18 made, and WeRoBot's crypto read.
enum Vectors {
    static let token = "weirtesttoken"
    static let appID = "wx1234567890abcdef"
    static let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    static let otherKey = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
    static let timestamp = "1700000000"
    static let nonce = "1320562132"
    static let chance = Array("0123456789abcdef".utf8)
    static let signature = "825809f6f9e7b4f5c470023bd849382bf529354e"

    static let event =
        "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oia2TjuEGTNoeX76QEjQ"
        + "NrcURxG8]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Ev"
        + "ent><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID><Status><![CDATA[success]]></St"
        + "atus></xml>"

    struct Sealed: Sendable {
        var name: String
        var message: String
        var text: String
        var signature: String
    }

    static let sealed: [Sealed] = [
        Sealed(
            name: "an event",
            message: event,
            text: eventText,
            signature: "75c451fcbc39a42d8fdba812a0fbe516ecfcdfd7"
        ),
        Sealed(
            name: "Chinese",
            message: "<xml><Content><![CDATA[你好]]></Content></xml>",
            text: chineseText,
            signature: "f92ea3e2c4f3305516af6b71c4fd395850a28f70"
        ),
        Sealed(
            name: "a whole block of padding",
            message: String(repeating: "A", count: 58),
            text: blockText,
            signature: "1a87f5766d3b1c163e71323956f46fc03608e9a3"
        ),
        Sealed(
            name: "an answer",
            message: "success",
            text: answerText,
            signature: "5006882f7ea0ba5f90ba7dddc370964148189aae"
        ),
    ]

    static let eventText =
        "Q3stYC6hdFzMh9T8HCvyDBheUbtOFT5Wnoy+DO9e/EmCkmSsPOYkkXqMGz3Ww9OH/UeE9WoGO/xkuNmRWcRMq90/9Q1CBPWDrxMc"
        + "b3UIOXBk6F8w19LRjDzZWLwEFSp4LUKgdxJ5wB6IJirQhJo/C1A91O9ATJX8WSLYcAuWmT0IJeMWIEpPn6kYpxdpqOMo7+djyMVB"
        + "0lCIo2hw7TwYxxNrWBtQ2Z9t33YFPabsEB3/PhnriCb7omo3ZN5fcXW6HZEJDPyHhwPAiFW+f1J9NlCvDnfxCrOWPRmvvmWOJIQq"
        + "IrWBNZ3N4dUyLjDDTuEliG8jk4Nj40NUJJOw6AfCnzVr1CbU4iha/IVb9ChtBdE7077cKoJlg6oqQsPtW8bxuVgEO3puj7o2nEMD"
        + "ozIcXFmUIKufXtzbmU5vYrIHRhCTxDqp0fMHX4YVGqFBHdmfFnnpeMKRBD1aW7cEq6CjQQ=="
    private static let chineseText =
        "Q3stYC6hdFzMh9T8HCvyDMwQK6xyeRZ7UnuZsYfP7/6Yf0piNuk7kxZYuxJFeZQQ6WWSSAGv9ZFJIKURndrGs2FWSuGKbKoh+jFC"
        + "L+nhblympfCTiydWkLInGji0C1OF"
    private static let blockText =
        "Q3stYC6hdFzMh9T8HCvyDES0eEzO4U8QzUFKjGE5KZdQFwctNwKvoow/5gKNh4/JpxSyypJ5kVRnEevTbP1LxERiuVmJce+Jvopb"
        + "N8AE00cLnjt2e1rvBvJXFVhpxuHhSy8jsmY8227ePhCYu92MGj1SbPvnmHxLWDGv+XEqHW8="
    private static let answerText =
        "Q3stYC6hdFzMh9T8HCvyDNc4sLDOGvibS3uNmoy+d4zMYV494JNu3PikufTDziI9Qzj15n+RKnOPSqf7sOygNg=="

    static func cipher(_ keys: [String] = [key], appID: String = appID) -> CallbackCipher {
        CallbackCipher(appID: appID, keys: keys.compactMap { CallbackKey($0) })
    }

    static func account(_ mode: CallbackAccount.Mode = .safe, _ keys: [String] = [key]) -> CallbackAccount {
        CallbackAccount(token: token, cipher: cipher(keys), mode: mode)
    }

    static func query(_ messageSignature: String? = nil) -> CallbackAccount.Query {
        CallbackAccount.Query(
            signature: signature,
            timestamp: timestamp,
            nonce: nonce,
            messageSignature: messageSignature
        )
    }

    /// What stands in a push of safe mode.
    static func envelope(_ text: String) -> [UInt8] {
        Array(
            "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><Encrypt><![CDATA[\(text)]]></Encrypt></xml>".utf8
        )
    }
}
