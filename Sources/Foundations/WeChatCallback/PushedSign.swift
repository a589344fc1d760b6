/// What a user did, as a push tells it, that says that messages reach them again.
public enum PushedSign: Hashable, Sendable {
    /// They followed the account.
    case followed
    /// They wrote to it, or did what WeChat counts as if they had.
    case spoke
    /// They said yes to subscription messages of this template.
    case accepted(template: String)

    /// What opens the time in which customer-service messages go, beside what users write. Of the menu that is what pushes something:
    /// a page that is opened is none.
    private static let answers: Set<String> = [
        "click", "scan", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
        "location_select", "user_enter_tempsession",
    ]

    /// - Parameters:
    ///   - type: of the push.
    ///   - event: the event's name as it came; empty for a message.
    static func read(_ node: CallbackNode, type: String, event: String) -> [PushedSign] {
        guard type == "event" else { return [.spoke] }
        switch event.lowercased() {
        case "subscribe": return [.followed]
        case "subscribe_msg_popup_event": return accepted(in: node["SubscribeMsgPopupEvent"] ?? node)
        // It tells of refusals; should it ever tell of a consent, that is one.
        case "subscribe_msg_change_event": return accepted(in: node["SubscribeMsgChangeEvent"] ?? node)
        case let name: return answers.contains(name) ? [.spoke] : []
        }
    }

    private static func accepted(in list: CallbackNode) -> [PushedSign] {
        list.all("List").compactMap { item in
            guard item["SubscribeStatusString"]?.text.lowercased() == "accept",
                let template = item["TemplateId"]?.text, !template.isEmpty
            else { return nil }
            return .accepted(template: template)
        }
    }
}
