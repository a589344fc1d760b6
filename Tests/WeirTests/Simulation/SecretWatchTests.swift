import Testing

/// Whether the simulation would see a secret that is told.
@Suite struct SecretWatchTests {
    @Test(arguments: SecretWatch.secrets, ["%", "app: %", "%17", "未知 %。"])
    func `a secret anywhere in a text is found, once`(_ secret: String, _ text: String) {
        let watch = SecretWatch()
        watch.look(at: text.replacing("%", with: secret))
        #expect(watch.takeLeaks().count == 1)
        #expect(watch.takeLeaks().isEmpty)
    }

    @Test(arguments: SecretWatch.secrets)
    func `the beginning of a secret is none`(_ secret: String) {
        let watch = SecretWatch()
        watch.look(at: "app: \(secret.dropLast())")
        watch.look(at: "")
        #expect(watch.takeLeaks().isEmpty)
    }
}
