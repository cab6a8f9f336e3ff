internal import Glibc
internal import NIOCore
internal import SentryRules

/// Who is at the other end of the control socket.
struct Peer: Sendable {
  /// The name of the user, or the number of one without a name.
  let user: String
  /// Its number among this host's processes; `nil` where it is not among those we see.
  var process: UInt32?

  /// Who runs this process.
  static var thisProcess: Peer { Peer(userNumber: geteuid()) }

  private init(userNumber number: UInt32) { user = UserNames.name(of: number) ?? "\(number)" }

  /// As the kernel knows (SO_PEERCRED, unix(7)); `nil` for what is no socket.
  init?(of channel: any Channel) async {
    guard let options = channel as? any SocketOptionProvider else { return nil }
    let credentials: Credentials? = try? await options.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
    ).get()
    guard let credentials else { return nil }
    self.init(userNumber: credentials.user)
    process = credentials.process > 0 ? UInt32(credentials.process) : nil
  }

  /// `struct ucred` of unix(7).
  private struct Credentials: BitwiseCopyable {
    var process: Int32
    var user: UInt32
    var group: UInt32
  }
}
