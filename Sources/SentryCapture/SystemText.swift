internal import Glibc

/// What the system says in words.
public enum SystemText {
  /// What an `errno` means (strerror(3)).
  public static func message(of code: Int32) -> String {
    // Safe: `strerror` gives a terminated string for any number; it is copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) }
    return text ?? "error \(code)"
  }

  /// A file of `/proc/net` that tells of the calling thread's network namespace: the first 64 KiB, or `nil` if it is not there.
  public static func network(_ name: String) -> String? {
    guard let file = try? OwnedDescriptor(opening: "/proc/thread-self/net/\(name)") else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    // Safe: the call writes at most as many bytes as the array has.
    guard let count = try? systemCall("read", { unsafe read(file.raw, &bytes, bytes.count) }) else { return nil }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
