/// Paths that tests call.
enum Path {
    static let template = "/cgi-bin/message/template/send"
    static let custom = "/cgi-bin/message/custom/send"
    static let bizsend = "/cgi-bin/message/subscribe/bizsend"
    static let menu = "/cgi-bin/menu/get"
    static let upload = "/cgi-bin/media/upload"
}
