internal import Glibc
internal import SentryProcesses

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
    try change(inDirectory: directory) { path throws(ProcessError) in
      try WholeFile.replace(path, with: Array(text(status).utf8), mode: 0o600)
    }
  }

  private static func change(
    inDirectory directory: String, _ body: (String) throws(ProcessError) -> Void
  ) throws(NetfilterError) {
    let path = "\(directory)/\(fileName)"
    do throws(ProcessError) { try body(path) } catch { throw .cannotWrite(path: path, code: error.code) }
  }

  /// Whether there is one.
  public static func isThere(inDirectory directory: String) -> Bool {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    unsafe access("\(directory)/\(fileName)", F_OK) == 0
  }

  /// Takes it out, so that nothing is loaded; without effect if it is not there.
  ///
  /// - Throws: `.cannotWrite`.
  public static func remove(fromDirectory directory: String) throws(NetfilterError) {
    try change(inDirectory: directory, WholeFile.remove)
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
}
