internal import Foundation

/// A sentry that judges packets of this host already, as the system shows it.
public struct OtherSentry: Sendable, Equatable {
  public var process: UInt32
  /// The path of its control socket; `nil` if that is not ours to see.
  public var controlSocket: String?

  init(process: UInt32, controlSocket: String?) {
    self.process = process
    self.controlSocket = controlSocket
  }

  /// The one that has a kernel queue of this network namespace open.
  ///
  /// - Returns: `nil` if nobody has, if another program has, or if it is not ours to see who.
  public static func judging(queue number: UInt16) -> OtherSentry? {
    let processes = ProcessFolder()
    guard let port = network("netfilter/nfnetlink_queue").flatMap({ SystemTables.port(ofQueue: number, in: $0) }),
      let inode = network("netlink").flatMap({ SystemTables.inode(ofNetfilterPort: port, in: $0) }),
      case .found(let holder) = processes.holder(ofSocket: inode),
      processes.name(of: holder.process)?.hasPrefix("sentry") == true
    else { return nil }
    let sockets = Set(processes.sockets(of: holder.process))
    let path = network("unix").flatMap { SystemTables.listener(among: sockets, in: $0) }
    return OtherSentry(process: holder.process, controlSocket: path)
  }

  /// The one that listens at a path.
  ///
  /// - Returns: `nil` if it is not ours to see.
  public static func listening(at controlSocket: String) -> OtherSentry? {
    guard let inode = network("unix").flatMap({ SystemTables.inode(ofListenerAt: controlSocket, in: $0) }),
      case .found(let holder) = ProcessFolder().holder(ofSocket: inode)
    else { return nil }
    return OtherSentry(process: holder.process, controlSocket: controlSocket)
  }

  private static func network(_ name: String) -> String? {
    FileManager.default.contents(atPath: "/proc/thread-self/net/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Texts of `/proc/net`: a line for each queue or socket, fields between blanks.
enum SystemTables {
  /// `nfnetlink_queue`: number, the port of the netlink socket that listens, and counts.
  static func port(ofQueue number: UInt16, in text: String) -> UInt32? {
    rows(text, atLeast: 2).first { $0[0] == "\(number)" }.flatMap { UInt32($0[1]) }
  }

  /// `netlink`: address, protocol (12: netfilter), port, …, inode.
  static func inode(ofNetfilterPort port: UInt32, in text: String) -> UInt32? {
    rows(text, atLeast: 10).first { $0[1] == "12" && $0[2] == "\(port)" }.flatMap { UInt32($0[9]) }
  }

  /// `unix`: address, count, protocol, flags (hexadecimal; 10000: listens), type, state, inode, path, which may have blanks.
  static func listener(among inodes: Set<UInt32>, in text: String) -> String? {
    listeners(in: text).first { inodes.contains($0.inode) && $0.path.hasPrefix("/") }.map { String($0.path) }
  }

  static func inode(ofListenerAt path: String, in text: String) -> UInt32? {
    listeners(in: text).first { $0.path == path }?.inode
  }

  private static func listeners(in text: String) -> some Sequence<(inode: UInt32, path: Substring)> {
    text.split(separator: "\n").lazy.compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 7)
      guard fields.count == 8, let flags = UInt32(fields[3], radix: 16), flags & 0x1_0000 != 0,
        let inode = UInt32(fields[6])
      else { return nil }
      return (inode, fields[7])
    }
  }

  private static func rows(_ text: String, atLeast count: Int) -> some Sequence<[Substring]> {
    text.split(separator: "\n").lazy.map { $0.split(separator: " ") }.filter { $0.count >= count }
  }
}
