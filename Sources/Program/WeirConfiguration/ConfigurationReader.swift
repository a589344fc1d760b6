import Foundation
import Weir

/// Reads a gateway's configuration from YAML, strictly: whatever the file holds and this version does not know is a
/// problem, and all problems are found in one go.
///
/// `docs/configuration.md` lists every key. Variables (`${NAME}`, `${NAME:-default}`, and `$${` for `${` itself) are
/// put in place in parsed values only, never in the text, and what they hold is taken as it is.
public struct ConfigurationReader {
    /// Bytes that a file may have.
    public static let sizeLimit = 8 << 20
    /// Problems that are listed one by one.
    public static let problemLimit = 100

    private let environment: [String: String]
    private let readFile: (String, Int) throws(FileFailure) -> [UInt8]

    /// - Parameters:
    ///   - environment: where variables are looked up.
    ///   - readFile: gives the first so many bytes of a file; by default this machine's.
    public init(
        environment: [String: String],
        readFile: @escaping (_ path: String, _ limit: Int) throws(FileFailure) -> [UInt8] = SystemFiles.read
    ) {
        self.environment = environment
        self.readFile = readFile
    }

    /// Reads the file at `path`, which is also what problems name.
    public func read(path: String) -> ReadResult {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try readFile(path, Self.sizeLimit + 1)
        } catch {
            return refusal(path, .start, "the file \(error)")
        }
        if bytes.count > Self.sizeLimit {
            return refusal(path, .start, "the file has more than \(Self.sizeLimit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return refusal(path, firstInvalid(bytes), "not UTF-8 from here on")
        }
        return read(text: text, file: path)
    }

    /// Reads `text`. Paths in it that are relative start from the folder of `file`.
    public func read(text: String, file: String) -> ReadResult {
        guard text.utf8.count <= Self.sizeLimit else {
            return refusal(file, .start, "the file has more than \(Self.sizeLimit) bytes")
        }
        var composer = YAMLComposer(text)
        let root = composer.compose()
        var reader = DocumentReader(environment: environment, folder: folder(of: file), readFile: readFile)
        var findings = composer.findings
        if let root, !root.isNull {
            reader.read(root)
            findings += reader.problems
        } else if findings.isEmpty {
            findings.append(Finding(position: .start, message: "the file is empty; the smallest one is an app"))
        }
        return result(reader.configuration, file, problems: findings, warnings: reader.warnings)
    }

    private func result(
        _ configuration: GatewayConfiguration,
        _ file: String,
        problems: [Finding],
        warnings: [Finding]
    ) -> ReadResult {
        var listed = inOrder(problems, file)
        if listed.count > Self.problemLimit {
            let rest = listed.count - Self.problemLimit
            let next = listed[Self.problemLimit]
            listed.removeSubrange(Self.problemLimit...)
            let message = "and \(rest) more from here on"
            listed.append(ConfigurationProblem(file: file, line: next.line, column: next.column, message: message))
        }
        return ReadResult(
            configuration: listed.isEmpty ? configuration : nil,
            problems: listed,
            warnings: Array(inOrder(warnings, file).prefix(Self.problemLimit))
        )
    }

    /// By position; what an alias made occur twice, once.
    private func inOrder(_ findings: [Finding], _ file: String) -> [ConfigurationProblem] {
        var seen: Set<Finding> = []
        let unique = findings.filter { seen.insert($0).inserted }
        return unique.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map { $0.element }
            .map {
                ConfigurationProblem(
                    file: file,
                    line: $0.position.line,
                    column: $0.position.column,
                    message: $0.message
                )
            }
    }

    private func refusal(_ file: String, _ position: SourcePosition, _ message: String) -> ReadResult {
        result(GatewayConfiguration(), file, problems: [Finding(position: position, message: message)], warnings: [])
    }

    private func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    /// Where the longest valid beginning ends.
    private func firstInvalid(_ bytes: [UInt8]) -> SourcePosition {
        var low = 0
        var high = bytes.count
        while high - low > 1 {
            let middle = (low + high) / 2
            // A cut inside a character is not wrong yet: up to three bytes may be missing.
            let isValid = (0...3).contains {
                middle >= $0 && String(validating: bytes[..<(middle - $0)], as: UTF8.self) != nil
            }
            if isValid { low = middle } else { high = middle }
        }
        let valid = (0...3).lazy.filter { low >= $0 }
            .compactMap { String(validating: bytes[..<(low - $0)], as: UTF8.self) }
            .first
        let text = SourceText((valid ?? "") + "?")
        return text.position(of: text.scalars.count - 1)
    }
}

/// Reads files of this machine.
public enum SystemFiles {
    /// The first `limit` bytes of a file, or all of them if it has fewer.
    ///
    /// - Throws: any case of `FileFailure`.
    public static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        do {
            let url = URL(fileURLWithPath: path)
            if try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true { throw FileFailure.folder }
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            var bytes: [UInt8] = []
            while bytes.count < limit, let chunk = try handle.read(upToCount: limit - bytes.count), !chunk.isEmpty {
                bytes.append(contentsOf: chunk)
            }
            return bytes
        } catch let failure as FileFailure {
            throw failure
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            throw .missing
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw .denied
        } catch {
            throw .unreadable
        }
    }
}
