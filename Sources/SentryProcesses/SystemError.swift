#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A failed system call: which one, and its `errno`.
public struct ProcessError: Error, Equatable, CustomStringConvertible {
  public let name: String
  public let code: Int32

  public init(name: String, code: Int32) {
    self.name = name
    self.code = code
  }

  public var description: String {
    // Safe: the C library returns a terminated string of its own, which is copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return "\(name): \(text)"
  }
}
