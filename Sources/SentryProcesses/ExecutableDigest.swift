internal import Crypto
internal import Glibc
internal import SystemPackage

/// The SHA-256 of an executable (FIPS 180-4), and which file it was taken of.
public struct ExecutableDigest: Sendable, Equatable {
  public var identity: ExecutableIdentity
  /// 64 hexadecimal digits.
  public var sha256: String
}

extension ExecutableDigest {
  public struct Failure: Error, Equatable {
    public var reason: String
    public var isMissing = false
  }

  /// Programs are shorter.
  private static var longest: UInt64 { 1 << 30 }

  /// Of what a process runs, also after another file has come to its path.
  public static func of(
    process: UInt32, known: (ExecutableIdentity) -> String? = { _ in nil }
  ) throws(Failure) -> ExecutableDigest {
    try reading("/proc/\(process)/exe", known: known)
  }

  /// Reads the file at a path, through to its end: so this takes a while for a large one (a second for some hundred megabytes).
  ///
  /// - Parameter known: what has been found out about files before: one that is the same still is not read again.
  public static func of(
    _ path: String, known: (ExecutableIdentity) -> String? = { _ in nil }
  ) throws(Failure) -> ExecutableDigest {
    if let digest = try? reading(HostFiles.place(of: path), known: known) { return digest }
    return try reading(path, known: known)
  }

  private static func reading(
    _ path: String, known: (ExecutableIdentity) -> String?
  ) throws(Failure) -> ExecutableDigest {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw failure(errno) }
    defer { close(file) }
    let before = try identity(of: file)
    if let sha256 = known(before) { return ExecutableDigest(identity: before, sha256: sha256) }
    let sha256 = try digest(of: file)
    guard try identity(of: file) == before else { throw Failure(reason: "it changes while it is read") }
    return ExecutableDigest(identity: before, sha256: sha256)
  }

  /// Why no process can ever run what is at a path; `nil` for a program, where nothing is, and where that is not ours to see.
  public static func whyNoProgram(_ path: String) -> String? {
    for place in HostFiles.places(of: path) {
      // Safe: Swift passes the path as a terminated string that lives during the call.
      let file = unsafe open(place, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
      guard file >= 0 else { continue }
      defer { close(file) }
      var status = stat()
      // Safe: the call writes the structure.
      guard unsafe fstat(file, &status) == 0 else { continue }
      guard status.st_mode & S_IFMT == S_IFREG else { return "is no file" }
      guard status.st_mode & 0o111 != 0 else { return "is no program: nobody may execute it" }
      if beginsAsScript(file) { return "is a script: what runs it is the program, name that (its first line tells)" }
      return nil
    }
    return nil
  }

  /// What the kernel hands to the interpreter that it names (execve(2)).
  private static func beginsAsScript(_ file: Int32) -> Bool {
    var start: [UInt8] = [0, 0]
    // Safe: the buffer has that size.
    return unsafe read(file, &start, start.count) == 2 && start == Array("#!".utf8)
  }

  private static func identity(of file: Int32) throws(Failure) -> ExecutableIdentity {
    var status = stat()
    // Safe: the call writes the structure.
    guard unsafe fstat(file, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "it is no file") }
    let identity = ExecutableIdentity(status)
    guard identity.size <= longest else { throw Failure(reason: "it is longer than \(longest) bytes") }
    return identity
  }

  private static func digest(of file: Int32) throws(Failure) -> String {
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      // Safe: the buffer has that size.
      let count = unsafe read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      guard count > 0 else { break }
      hash.update(data: buffer[..<count])
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func failure(_ code: Int32) -> Failure {
    Failure(reason: "\(Errno(rawValue: code))", isMissing: code == ENOENT || code == ENOTDIR)
  }
}
