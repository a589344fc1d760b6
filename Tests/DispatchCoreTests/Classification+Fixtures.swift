import GatewaySupport
import WeChat
import WeirPorts

@testable import DispatchCore

/// What attempts may come to.
extension Classification {
    static let templateAPI = APICatalog.descriptor(method: "POST", path: Path.template)

    /// WeChat's answer with this errcode.
    static func errcode(_ code: Int, on path: String = Path.template) -> Classification {
        let body = Array(
            "{\"errcode\":\(code),\"errmsg\":\"text of \(code) rid: 62bac4fd-3b536b18-3819fb88\",\"msgid\":7}".utf8
        )
        let api = APICatalog.descriptor(method: "POST", path: path)
        return ReplyClassifier().classify(status: 200, contentType: "application/json", body: body, api: api)
    }

    static let ok = errcode(0)
    /// Bytes left, and no answer came.
    static let lost = ReplyClassifier().classify(failure: true)
    /// No connection.
    static let unsent = ReplyClassifier().classify(failure: false)
}
