/// The kinds of message that Weir sends. The raw values are stored and are metric labels.
public enum MessageType: String, CaseIterable, Sendable {
    /// `/cgi-bin/message/template/send`
    case template
    /// `/cgi-bin/message/subscribe/bizsend`
    case subscribe
    /// `/cgi-bin/message/subscribe/send`
    case miniProgram = "mini_program"
    /// `/cgi-bin/message/custom/send`
    case custom
    /// `/cgi-bin/message/mass/send` with a list of openids, `/cgi-bin/message/mass/sendall` with a filter.
    case mass
    /// `/robot/send` of DingTalk: a group robot takes an alert.
    case dingtalk
    /// `/cgi-bin/webhook/send` of WeCom: a group robot takes an alert.
    case wecom

    /// Those that the messages API is open to: what goes to WeChat.
    public static let open: [MessageType] = [.template, .subscribe, .miniProgram, .custom, .mass]
}
