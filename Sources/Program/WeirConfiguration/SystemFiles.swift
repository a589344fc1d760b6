import Foundation

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
