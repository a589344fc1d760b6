/// Paths that tests call.
package enum Path {
    package static let template = "/cgi-bin/message/template/send"
    package static let custom = "/cgi-bin/message/custom/send"
    package static let bizsend = "/cgi-bin/message/subscribe/bizsend"
    package static let menu = "/cgi-bin/menu/get"
    package static let upload = "/cgi-bin/media/upload"
}
