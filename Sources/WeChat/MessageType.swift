/// The kinds of message that the messages API takes. The raw values are stored and are metric labels.
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
}
