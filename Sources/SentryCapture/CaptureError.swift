import Glibc

/// Why a capture cannot be read, written or made. `code` is an `errno`.
public enum CaptureError: Error, Equatable {
  /// There is no such file, or it may not be read.
  case cannotOpen(path: String, code: Int32)
  /// The file is something else; `found` says what.
  case notACapture(path: String, found: String)
  /// What was read up to byte `offset` (negative in a pipe, where nobody counts) cannot be frame number `frame`, or for
  /// frame 0 the header of the file. The frames before it have been delivered.
  case damaged(path: String, offset: Int64, frame: UInt64, reason: String)
  /// A pcapng file whose interfaces differ in link type or snapshot length, which libpcap does not read. The frames
  /// before the second of them, which ends at byte `offset`, have been delivered; `frame` would have been the next.
  case mixedInterfaces(path: String, offset: Int64, frame: UInt64, reason: String)
  /// The frames of a pipe, to be read twice, found no room in a temporary file.
  case cannotSpool(directory: String, code: Int32)
  case cannotWrite(path: String, code: Int32)
  case noSuchInterface(name: String, available: [String])
  /// Capturing needs CAP_NET_RAW.
  case notPermitted(interface: String)
  /// The interface is down at the start, or vanished while it was captured; captures on others go on.
  case interfaceGone(name: String, reason: String)
  /// Frames of that interface cannot go out of another.
  case notBridgeable(interface: String, reason: String)
  /// Anything else libpcap refuses on an interface, in its words.
  case captureFailed(interface: String, reason: String)
  /// Another program has the kernel queue open.
  case queueInUse(number: UInt16)
  /// Opening a kernel queue needs CAP_NET_ADMIN.
  case queueNotPermitted(number: UInt16)
  /// Sending packets of our own making needs CAP_NET_RAW, and marking them CAP_NET_ADMIN.
  case sendingNotPermitted
  /// The kernel has no queues, or their module is not loaded.
  case queueNotSupported
  case systemCall(name: String, code: Int32)
}

extension CaptureError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotOpen(let path, let code):
      "cannot open \(Self.quoted(path)): \(SystemText.message(of: code))"
    case .notACapture(let path, let found):
      "\(Self.quoted(path)) is not a capture file (pcap or pcapng): found \(found)"
    case .damaged(let path, _, 0, let reason):
      "\(Self.quoted(path)) cannot be read: \(reason)"
    case .mixedInterfaces(let path, let offset, let frame, let reason):
      "\(Self.quoted(path)) mixes interfaces that cannot be read together,\(Self.place(offset)) before frame \(frame): "
        + "\(reason) (write each to a file of its own with 'tshark -Y frame.interface_id==N')"
    case .damaged(let path, let offset, let frame, let reason):
      "\(Self.quoted(path)) is damaged\(Self.place(offset)) in frame \(frame): \(reason)"
    case .cannotSpool(let directory, let code):
      "cannot keep the frames of a pipe in '\(directory)' (TMPDIR names another folder): \(SystemText.message(of: code))"
    case .cannotWrite(let path, let code):
      "cannot write \(Self.quoted(path)): \(SystemText.message(of: code))"
    case .noSuchInterface(let name, let available):
      "no interface is called '\(name)'; there are \(available.joined(separator: ", "))"
    case .notPermitted(let interface):
      "capturing on '\(interface)' needs more rights: run as root or with CAP_NET_RAW"
    case .interfaceGone(let name, let reason):
      "interface '\(name)' is gone: \(reason)"
    case .notBridgeable(let interface, let reason):
      "'\(interface)' cannot be bridged: \(reason)"
    case .captureFailed(let interface, let reason):
      "cannot capture on '\(interface)': \(reason)"
    case .queueInUse(let number):
      "kernel queue \(number) is in use by another program; choose another one with --queue-number ('cat /proc/net/netfilter/nfnetlink_queue' "
        + "lists those in use)"
    case .queueNotPermitted(let number):
      "kernel queue \(number) needs more rights: run as root or with CAP_NET_ADMIN"
    case .sendingNotPermitted:
      "sending packets (resets, blocked pages) needs more rights: run as root or with CAP_NET_RAW and CAP_NET_ADMIN "
        + "('setpriv --inh-caps +net_raw,+net_admin --ambient-caps +net_raw,+net_admin sentry run …')"
    case .queueNotSupported:
      "this kernel hands out no packets; 'modprobe nfnetlink_queue' may help"
    case .systemCall(let name, let code):
      "\(name): \(SystemText.message(of: code))"
    }
  }

  private static func place(_ offset: Int64) -> String { offset < 0 ? "" : " at byte \(offset)," }

  private static func quoted(_ path: String) -> String {
    path == CaptureFile.standardInput ? "standard input" : "'\(path)'"
  }
}
