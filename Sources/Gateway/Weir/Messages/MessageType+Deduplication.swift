import WeChat
import WireJSON

extension MessageType {
    /// Whether WeChat will know a repeat of this body for one: a template send by its client_msg_id, a mass send by its clientmsgid.
    func isDeduplicated(_ body: [UInt8]) -> Bool {
        switch self {
        case .template: ClientMessageID.find(in: body) != nil
        case .mass: (try? JSONObjectView(body))?.string("clientmsgid").map { !$0.isEmpty } ?? false
        case .subscribe, .miniProgram, .custom, .dingtalk, .wecom: false
        }
    }
}
