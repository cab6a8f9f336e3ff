internal import Foundation
internal import SentryProcesses

/// The last good copies of lists on the disk: a file each, the first line of which says where the rest comes from.
struct ListStore: Sendable {
  /// What is known of a copy.
  struct Origin: Codable, Sendable, Equatable {
    /// As the document named it.
    var source: String
    var format: String
    /// The words of its server about it.
    var tag: String?
    var lastModified: String?
    /// Seconds since 1970 when it came.
    var time: Double
    /// Bytes that follow.
    var count: Int
  }

  struct Copy: Sendable {
    var origin: Origin
    var bytes: [UInt8]
    /// Seconds since 1970 when its source was last seen to have nothing newer.
    var checkedTime: Double
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// In the state directory.
  let folder: String
  private static let suffix = ".list"
  private static let longestHeader = 16 << 10

  init(stateDirectory: String) { folder = "\(stateDirectory)/lists" }

  private func path(of name: String) -> String { "\(folder)/\(name)\(Self.suffix)" }

  /// `nil` if there is none.
  ///
  /// - Throws: why what is there is of no use.
  func copy(of name: String, longest: Int) throws(Failure) -> Copy? {
    let path = path(of: name)
    let file: ListFile.Content
    do throws(ListFile.Failure) {
      file = try ListFile.read(path, longest: longest + Self.longestHeader)
    } catch {
      if error.isMissing { return nil }
      throw Failure(description: "\(path): \(error.reason)")
    }
    guard let end = file.bytes.firstIndex(of: 0x0A), end < Self.longestHeader,
      let origin = try? JSONDecoder().decode(Origin.self, from: Data(file.bytes[..<end])),
      file.bytes.count - end - 1 == origin.count
    else { throw Failure(description: "\(path) is damaged") }
    return Copy(origin: origin, bytes: Array(file.bytes[(end + 1)...]), checkedTime: file.modificationTime)
  }

  /// Takes the place of the copy before, at once or not at all.
  func write(_ bytes: [UInt8], _ origin: Origin, as name: String) throws(Failure) {
    guard let header = try? JSONEncoder().encode(origin) else { return }
    let failure = WholeFile.failure(writing: path(of: name)) {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
      return Array(header) + [0x0A] + bytes
    }
    if let failure { throw Failure(description: failure) }
  }

  /// The source has nothing newer than the copy: its file's time says so.
  func noteChecked(_ name: String, at time: Double) {
    try? FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: path(of: name))
  }

  /// Forgets the copies of all other lists.
  func keepOnly(_ names: some Collection<String>) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let kept = Set(names.map { $0 + Self.suffix })
    for file in files
    where (file.hasSuffix(Self.suffix) || file.hasSuffix(Self.suffix + WholeFile.suffix)) && !kept.contains(file) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
  }
}
