internal import SentryPacket
internal import SentryProcesses

/// What a change of the rules asks of the world around.
struct ApplySurroundings: Sendable {
  /// The SSH connection that a process was started through.
  var origin: @Sendable (UInt32) -> SSHOrigin.Search = { SSHOrigin.behind(process: $0) }
  /// The SSH connection that somebody says he comes by, as `SSH_CONNECTION` has it.
  var claimed: @Sendable (String) -> SSHOrigin.Search = { SSHOrigin.claimed($0) }
  /// Who takes new logins where one came in.
  var listeners: @Sendable (SSHOrigin) -> [SSHOrigin.Listener] = { $0.listeners() }
  /// Nobody waits any more for what this caller has asked.
  var isGone: @Sendable (Caller) -> Bool = { $0.isGone }
  /// A clock that nobody sets.
  var uptime: @Sendable () -> Timestamp = { UptimeClock.now() }
}
