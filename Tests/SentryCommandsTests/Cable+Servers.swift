import Foundation
import SentryTestSupport

/// Servers that tests talk to.
extension Cable {
  /// Starts sshd(8), with keys that it makes in a folder; `person` opens the door.
  ///
  /// - Parameter options: further words of its command line.
  func startSSHServer(
    at end: End = .watched, keysIn folder: TemporaryFolder, options: [String] = []
  ) async throws -> RunningProgram {
    try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
    for key in ["host", "person"] {
      try await Program("ssh-keygen").run(["-q", "-t", "ed25519", "-N", "", "-f", folder.path(key)])
    }
    let words = [
      "-D", "-e", "-f", "/dev/null", "-h", folder.path("host"), "-o", "StrictModes=no", "-o", "PidFile=none", "-o",
      "PermitRootLogin=yes", "-o", "AuthorizedKeysFile=\(folder.path("person.pub"))",
    ]
    let server = try start(at: end, "sshd", words + options)
    try await waitUntilListening(at: end, "tcp", 22)
    return server
  }

  /// What `startFTPServer` offers as `file`.
  static let fileByFTP = String(repeating: "0123456789abcdef", count: 20_000)

  /// Starts vsftpd(8), from which anybody may fetch a file over IPv4 and IPv6.
  func startFTPServer(at end: End, in folder: TemporaryFolder) async throws -> RunningProgram {
    // The server's own user must be able to read there.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    _ = try folder.write("file", Self.fileByFTP)
    let configuration = try folder.write(
      "vsftpd.conf",
      """
      listen=NO
      listen_ipv6=YES
      background=NO
      anonymous_enable=YES
      anon_root=\(folder.url.path)
      secure_chroot_dir=\(folder.path("empty"))
      ftp_username=daemon
      connect_from_port_20=YES
      seccomp_sandbox=NO

      """)
    let server = try start(at: end, "vsftpd", configuration)
    try await waitUntilListening(at: end, "tcp", 21)
    return server
  }
}
