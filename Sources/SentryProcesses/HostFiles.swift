/// The file system as process 1 sees it: as everybody does who has no view of his own. Ours may be such a one, where folders are hidden
/// or others stand in their place (`ProtectHome`, `PrivateTmp` of systemd.exec(5)).
public enum HostFiles {
  /// For paths without symbolic links, as the kernel tells them. Needs the right to look into process 1.
  static func place(of path: String) -> String { "/proc/1/root\(path)" }

  /// Where a file is looked for, one after the other: there, then in our own view.
  static func places(of path: String) -> [String] { [place(of: path), path] }

  /// What we may see of the processes of others; without it their programs are not to be told.
  public static var othersAreSeen: Bool { ProcessFolder().mayLook(into: 1) }
}
