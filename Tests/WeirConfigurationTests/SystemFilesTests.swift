import Foundation
import Testing
import Weir
import WeirConfiguration

@Suite struct SystemFilesTests {
    @Test func `a file is read up to the limit, and what is none says why`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("weir.yml")
        try Data("0123456789".utf8).write(to: file)
        #expect(try SystemFiles.read(file.path, limit: 100) == Array("0123456789".utf8))
        #expect(try SystemFiles.read(file.path, limit: 4) == Array("0123".utf8))
        #expect(throws: FileFailure.missing) { try SystemFiles.read(folder.path + "/none", limit: 1) }
        #expect(throws: FileFailure.folder) { try SystemFiles.read(folder.path, limit: 1) }
    }

    @Test func `a reader made without one uses it`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID()).yml")
        try Data(Reading.app.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(ConfigurationReader(environment: [:]).read(path: file.path).configuration?.apps.count == 1)
    }
}
