internal import CProcess
internal import Foundation
internal import Glibc

/// A life without rights: what a process gives up before it does anything that others have a say in.
///
/// Given up are the user and groups of whoever started it, all capabilities, for ever; files that were left open; and the hope that a
/// program it starts has more rights (`no_new_privs`). What it may use is limited, also for the programs that it starts.
public struct Confinement: Sendable, Equatable {
  /// Who it becomes if root has started it.
  public var user: UInt32
  public var group: UInt32
  /// The groups besides.
  public var groups: [UInt32]

  public init(user: UInt32, group: UInt32, groups: [UInt32] = []) {
    self.user = user
    self.group = group
    self.groups = groups
  }

  private static let memory: UInt = 1 << 30
  private static let files: UInt = 256
  private static let fileSize: UInt = 16 << 20
  private static let processes: UInt = 512

  /// Gives up everything, and begins anew as the same program with other arguments: what the kernel keeps for each thread by itself is
  /// then given up by all.
  ///
  /// - Parameter arguments: the first is its name.
  /// - Throws: what it could not give up. Then it must not go on.
  public func restart(_ arguments: [String]) throws(ProcessError) -> Never {
    try enter()
    // Safe: terminated strings, and a nil at the end; the call does not return unless it fails.
    let words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    unsafe execv("/proc/self/exe", words)
    throw ProcessError(name: "execv", code: errno)
  }

  /// This process can neither have rights nor get any.
  public static var isInForce: Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return false }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0.split(separator: "\t") }
    func value(_ name: String) -> Substring? { lines.first { $0.first == "\(name):" }?.last }
    let hasNone = ["CapInh", "CapPrm", "CapEff", "CapAmb"].allSatisfy { value($0)?.allSatisfy { $0 == "0" } == true }
    return hasNone && value("NoNewPrivs") == "1" && geteuid() != 0 && getuid() != 0
  }

  private func enter() throws(ProcessError) {
    InheritedFiles.close()
    umask(0o077)
    // Safe: Swift passes the path as a terminated string that lives during the call.
    try Self.check("chdir", unsafe chdir("/"))
    sentry_forget_capabilities()
    if geteuid() == 0 { try becomeUser() }
    try Self.check("capset", sentry_drop_capabilities())
    try Self.check("no_new_privs", sentry_forbid_new_privileges())
    try Self.limit()
  }

  private func becomeUser() throws(ProcessError) {
    guard user != 0 else { throw ProcessError(name: "setuid", code: EINVAL) }
    // Safe: the call reads as many numbers as there are.
    try Self.check("setgroups", unsafe setgroups(groups.count, groups))
    // For root, each sets all three kinds of the number.
    try Self.check("setgid", setgid(group))
    try Self.check("setuid", setuid(user))
  }

  /// Lower limits than these stay.
  private static func limit() throws(ProcessError) {
    try check("limit of core files", sentry_forbid_core_files())
    for status in [
      sentry_limit_memory(memory), sentry_limit_files(files), sentry_limit_file_size(fileSize),
      sentry_limit_processes(processes),
    ] where status < 0 && errno != EPERM {
      throw ProcessError(name: "setrlimit", code: errno)
    }
  }

  private static func check(_ name: String, _ status: Int32) throws(ProcessError) {
    guard status >= 0 else { throw ProcessError(name: name, code: errno) }
  }
}
