public import SentryPacket

/// Which executables an `Application` rule means.
public struct ApplicationName: Sendable, Hashable {
  /// What a name is compared with, and how. An executable has at most one of the rules' names in each form.
  public enum Form: Int, Sendable, CaseIterable {
    case path, pathInEitherCase, fileName, fileNameInEitherCase
  }

  /// A path from the root, or the last part of one; ASCII letters in lower case where either case will do. Never empty.
  public let name: [UInt8]
  public let form: Form

  public init(_ text: some StringProtocol, ignoresCase: Bool = false) {
    name = ignoresCase ? text.utf8.map(\.foldedASCII) : Array(text.utf8)
    switch (text.utf8.first == UInt8(ascii: "/"), ignoresCase) {
    case (true, false): form = .path
    case (true, true): form = .pathInEitherCase
    case (false, false): form = .fileName
    case (false, true): form = .fileNameInEitherCase
    }
  }

  /// Whether an executable with this path is meant.
  func matches(executable: RawSpan) -> Bool {
    let start = executable.byteCount - name.count
    let isWhole = start == 0
    switch form {
    case .path, .pathInEitherCase: guard isWhole else { return false }
    case .fileName, .fileNameInEitherCase:
      guard isWhole || executable.wire8(at: start - 1) == UInt8(ascii: "/") else { return false }
    }
    let folds = form == .pathInEitherCase || form == .fileNameInEitherCase
    for index in name.indices {
      guard let byte = executable.wire8(at: start + index) else { return false }
      guard (folds ? byte.foldedASCII : byte) == name[index] else { return false }
    }
    return true
  }
}

extension Program {
  /// What rules can tell of a process, by the path of its executable and the owner of its socket. Takes time with the number of
  /// names in the rules, and no memory.
  public func owner(executable: RawSpan, user: UInt32?) -> PacketOwner {
    var owner = PacketOwner()
    owner.user = user
    for index in applications.indices where applications[index].matches(executable: executable) {
      owner.names[applications[index].form.rawValue] = Int32(truncatingIfNeeded: index)
    }
    return owner
  }

  /// The same of a process that is described; `nil` is none.
  public func owner(_ process: LocalProcess?) -> PacketOwner {
    guard let process else { return PacketOwner() }
    var owner = Array((process.executable ?? "").utf8).withRawSpan { self.owner(executable: $0, user: process.user) }
    owner.permission = process.permission
    return owner
  }

  /// A rule asks what has been decided about programs.
  public var asksForPermissions: Bool { instructions.contains { $0.test.asksForPermission } }

  /// A rule asks for the process behind a packet.
  public var asksForOwners: Bool { instructions.contains { $0.test.asksForOwner } }
}

extension Test {
  /// `Application`, `User` or `Application permission`.
  public var asksForOwner: Bool {
    switch self {
    case .application, .number(.user, _): true
    default: asksForPermission
    }
  }

  var asksForPermission: Bool {
    if case .number(.applicationPermission, _) = self { true } else { false }
  }
}
