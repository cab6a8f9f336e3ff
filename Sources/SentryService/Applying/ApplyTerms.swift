internal import Glibc
package import NIOCore
internal import SentryPacket

/// On what terms somebody wants a document in force.
public struct ApplyTerms: Sendable {
  /// The generation that must be in force; `nil` for any. Who names one edits the rules in force: then the document's tests may
  /// fail.
  public var expected: UInt32?
  /// For the document in force edited, what was done to it.
  public var change: String?
  /// On trial: the rules before return after so many seconds, unless somebody confirms the document.
  public var trialSeconds: Int?
  /// Also where the rules end the SSH connection of who asks.
  public var isForced = false
  /// A later start without a document takes this one.
  public var isChosen = true
  /// The reply says how the document differs from the one before.
  public var wantsDifference = false

  public init(expected: UInt32? = nil, change: String? = nil) {
    self.expected = expected
    self.change = change
  }
}

/// Who asks for a change, and how he comes to us.
public struct Caller: Sendable {
  /// As the system calls him.
  public var user: String
  /// The process that asks; `nil` if that is not known.
  var process: UInt32?
  /// Stands for the connection he comes by.
  var connection: (any AnyObject & Sendable)?
  /// Since when there is that connection, on a clock that nobody sets; `nil` if that is not known.
  var connectedTime: Timestamp?
  /// What he says of the SSH connection he comes by, as `SSH_CONNECTION` has it.
  var sshConnection: String?

  public init(user: String) { self.user = user }

  init(user: String, process: UInt32?, connection: (any AnyObject & Sendable)?, sshConnection: String? = nil) {
    self.user = user
    self.process = process
    self.connection = connection
    self.sshConnection = sshConnection
  }

  /// Who comes by a connection of a web browser.
  package init(user: String, channel: any Channel) async {
    self.init(user: user, process: nil, connection: channel)
    connectedTime = await ConnectionAge.start(of: channel)
  }

  /// Whoever runs this process.
  public static var thisProcess: Caller { Caller(user: Peer.thisProcess.user) }

  /// The process that has asked has ended.
  var isGone: Bool {
    guard let process, let number = pid_t(exactly: process), number > 0 else { return false }
    if kill(number, 0) == -1 { return errno == ESRCH }
    // Also where nobody has asked yet how it ended (proc_pid_status(5)).
    return ProcessStatus.text(of: process).flatMap { ProcessStatus.value(of: "State", in: $0) }?.first == "Z"
  }

  /// Both come by one connection.
  func sharesConnection(with other: Caller) -> Bool {
    guard let connection, let other = other.connection else { return false }
    return connection === other
  }
}
