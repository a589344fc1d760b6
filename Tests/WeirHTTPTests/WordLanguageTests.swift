import Testing
import WeChat

@testable import WeirHTTP

@Suite struct WordLanguageTests {
    @Test(
        arguments: [
            (nil, .english), ("", .english), ("zh", .chinese), ("zh-CN,zh;q=0.9,en;q=0.8", .chinese),
            ("en,zh", .english),
            ("zh;q=0.3,en;q=0.4", .english), ("fr-CH, fr;q=0.9, *;q=0.5", .english), ("fr, ZH-hans;q=0.1", .chinese),
            ("zh;q=0, en;q=0", .english), ("zhx", .english), ("en-US;q=0.5, zh-TW;q=0.5", .english),
        ] as [(String?, WordLanguage)]
    )
    func `the language that is wanted most is spoken, and English where none is`(
        _ header: String?,
        _ language: WordLanguage
    ) {
        #expect(WordLanguage.preferred(acceptLanguage: header) == language)
    }
}
