internal import Foundation

/// Reads files named on the command line line by line, however large they are.
enum FileLines {
  /// Lines longer than this are cut. No form of the log has any: the longest, whose texts are all escapes, takes half of it.
  private static let longestLine = 1 << 18
  private static let blockLength = 1 << 18

  /// Hands over the lines of the file at `path` without their ends; `-` is standard input.
  static func read(_ path: String, _ body: (Substring) throws -> Void) throws {
    let file = try FileInput.open(path)
    defer { try? file.close() }
    var begun: [UInt8] = []
    while let block = try FileInput.block(of: file, path, upTo: blockLength) {
      var rest = block[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        begun.append(contentsOf: rest[..<end].prefix(max(0, longestLine - begun.count)))
        try body(Substring(String(decoding: begun, as: UTF8.self)))
        begun.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
      }
      begun.append(contentsOf: rest.prefix(max(0, longestLine - begun.count)))
    }
    if !begun.isEmpty { try body(Substring(String(decoding: begun, as: UTF8.self))) }
  }
}
