internal import Glibc

/// The last kernel part that worked, as a script that nftables loads when the system starts, before the network does.
///
/// Until the daemon is there, the policy decides: its rules hand packets to a queue nobody listens to. Of the marked form the
/// rules of iptables are missing then, which comes to the same.
public enum BootCopy {
  /// Its name in the state directory.
  public static let fileName = "kernel.nft"

  /// Writes what `status` says is installed; a crash leaves the old file or the new one, never a part.
  ///
  /// - Throws: `.cannotWrite`.
  public static func write(_ status: NetfilterStatus, toDirectory directory: String) throws(NetfilterError) {
    let path = "\(directory)/\(fileName)"
    let temporary = temporary(inDirectory: directory)
    do throws(NetfilterError) { try writeFile(temporary, text(status)) } catch {
      unsafe unlink(temporary)
      throw error
    }
    // Safe, this and below: Swift passes paths as terminated strings that live during the call.
    guard unsafe rename(temporary, path) == 0 else { throw .cannotWrite(path: path, code: errno) }
    try synchronize(directory)
  }

  private static func temporary(inDirectory directory: String) -> String { "\(directory)/\(fileName).new" }

  /// Whether there is one.
  public static func isThere(inDirectory directory: String) -> Bool {
    unsafe access("\(directory)/\(fileName)", F_OK) == 0
  }

  /// Takes it out, so that nothing is loaded; without effect if it is not there.
  ///
  /// - Throws: `.cannotWrite`.
  public static func remove(fromDirectory directory: String) throws(NetfilterError) {
    let path = "\(directory)/\(fileName)"
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .cannotWrite(path: path, code: errno) }
    try synchronize(directory)
  }

  /// The script: it replaces whatever has our table's name.
  static func text(_ status: NetfilterStatus) -> String {
    """
    #!/usr/sbin/nft -f
    # What sentry had in the kernel when it last started or applied a document; loaded before the network comes up.
    # \(status.feed.policy.rawValue), \(status.form.rawValue) form, queue \(status.feed.queue). Written by sentry: changes are lost.

    \(FeedRuleset(feed: status.feed, form: status.form).replacing)
    """
  }

  private static func writeFile(_ path: String, _ text: String) throws(NetfilterError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // Safe: the call reads at most `$0.count` bytes of the storage it is given.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw .cannotWrite(path: path, code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: path, code: errno) }
  }

  /// A rename outlives a power cut only when its directory is written.
  private static func synchronize(_ directory: String) throws(NetfilterError) {
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotWrite(path: directory, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: directory, code: errno) }
  }
}
