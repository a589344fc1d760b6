import ArgumentParser
import Foundation
import WeChat
import Weir
import WireJSON

/// `weir errcode`
struct ErrcodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errcode",
        abstract: "Tells what an errcode of WeChat's means, whether Weir repeats it, and what to do.",
        discussion: "Needs no running gateway. A negative errcode stands behind two dashes: weir errcode -- -1"
    )

    @Option(help: "The path that answered with it: a few codes mean something else there.")
    var api: String?

    @Option(help: "en or zh. Default: by LC_ALL, LC_MESSAGES or LANG, else en.", transform: WordLanguage.named)
    var language: WordLanguage?

    @Flag(help: "Prints JSON.")
    var json = false

    @Argument(help: "The errcode.")
    var errcode: Int

    func run() throws {
        let answer = ErrorCodeAnswer(errcode, api: api)
        let language = language ?? WordLanguage(environment: ProcessInfo.processInfo.environment)
        guard json else { return print(answer.text(in: language)) }
        var writer = JSONWriter()
        writer.object { answer.write(to: &$0, in: language) }
        print(String(decoding: writer.bytes, as: UTF8.self))
    }
}

extension WordLanguage {
    static func named(_ name: String) throws -> WordLanguage {
        guard let language = WordLanguage(rawValue: name) else { throw ValidationError("\(name) is neither en nor zh") }
        return language
    }

    /// As POSIX has it: the first that is set decides.
    init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        self = locale.hasPrefix("zh") ? .chinese : .english
    }
}
