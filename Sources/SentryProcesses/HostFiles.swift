internal import Foundation

/// The file system as process 1 sees it: as everybody does who has no view of his own. Ours may be such a one, where folders are hidden
/// or others stand in their place (`ProtectHome`, `PrivateTmp` of systemd.exec(5)).
public enum HostFiles {
  /// For paths without symbolic links, as the kernel tells them. Needs the right to look into process 1.
  static func place(of path: String) -> String { "/proc/1/root\(path)" }

  /// Where a file is looked for, one after the other: there, then in our own view.
  static func places(of path: String) -> [String] { [place(of: path), path] }

  /// We have the right to look into the processes of other users (CAP_SYS_PTRACE), and so has a process that we start.
  public static var othersAreSeen: Bool {
    guard let status = FileManager.default.contents(atPath: "/proc/self/status") else { return false }
    let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
    let rights = lines.first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    return rights.map { $0 & 1 << 19 != 0 } ?? false
  }
}
