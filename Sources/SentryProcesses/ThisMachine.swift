internal import Glibc

/// The machine that we run on.
public enum ThisMachine {
  /// What it calls itself (gethostname(2)); `localhost` where it has no name.
  public static var name: String {
    var name = [CChar](repeating: 0, count: 256)
    // Safe: the call writes at most as many bytes as the buffer has, the last of which stays zero.
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "localhost" : text
  }
}
