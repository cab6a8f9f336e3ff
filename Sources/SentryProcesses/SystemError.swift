internal import SystemPackage

/// A failed system call: which one, and its `errno`.
public struct ProcessError: Error, Equatable, CustomStringConvertible {
  public let name: String
  public let code: Int32

  public init(name: String, code: Int32) {
    self.name = name
    self.code = code
  }

  public var description: String { "\(name): \(Errno(rawValue: code))" }
}
