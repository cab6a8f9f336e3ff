// What libFuzzer drives. It makes inputs from the seeds and the dictionary, sees which code each of them reaches, and
// goes on from those that reach something new. A trap, a failed `require`, too much time or memory is a finding: the
// input is written to a file, and the run ends.

import Foundation

/// One piece of the program that reads what others wrote, and what must hold for it whatever the input.
public protocol FuzzTarget {
  /// Inputs to begin with, by file name.
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]]
  /// Words of the input's language.
  static func dictionary(of checkout: Checkout) throws -> [String]
  /// Traps if something does not hold.
  static func check(_ input: [UInt8])
}

extension FuzzTarget {
  /// The body of `LLVMFuzzerInitialize`: with `FUZZ_SEEDS=FOLDER` in the environment, writes `FOLDER/seeds/…` and
  /// `FOLDER/dictionary`, and ends the program. The program is started in the folder `Fuzz` of a checkout.
  public static func initialize() -> CInt {
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
    do {
      try write(to: URL(filePath: folder))
      exit(0)
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  /// The body of `LLVMFuzzerTestOneInput`.
  public static func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    check([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
  }

  private static func write(to folder: URL) throws {
    let seedFolder = folder.appending(path: "seeds")
    try FileManager.default.createDirectory(at: seedFolder, withIntermediateDirectories: true)
    let checkout = Checkout()
    for (name, bytes) in try seeds(of: checkout) where bytes.count <= longestSeed {
      try Data(bytes).write(to: seedFolder.appending(path: name))
    }
    let lines = Set(try dictionary(of: checkout)).subtracting([""]).sorted().map { "\"\(dictionaryText($0))\"\n" }
    try Data(lines.joined().utf8).write(to: folder.appending(path: "dictionary"))
  }

  /// What `run` sets as the longest input; half a document is not worth beginning with.
  private static var longestSeed: Int { 4096 }

  /// Bytes outside printable ASCII, quotes and backslashes as `\xHH`, as libFuzzer reads them.
  private static func dictionaryText(_ word: String) -> String {
    word.utf8.map { byte in
      let isPlain = (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      return isPlain ? String(UnicodeScalar(byte)) : "\\x" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}

/// Stops with a finding if `condition` does not hold.
public func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}

/// `value`, which must be there.
public func require<Value>(
  _ value: Value?, _ message: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) -> Value {
  guard let value else { fatalError(message(), file: file, line: line) }
  return value
}
