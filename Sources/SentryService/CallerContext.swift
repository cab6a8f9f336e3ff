package import Hummingbird
package import NIOCore

/// What handlers know of a request beside the request itself, whichever way it came.
package protocol CallerContext: RequestContext {
  /// Who asks.
  var caller: Caller { get async }
  /// The connection that the request came by.
  var channel: any Channel { get }
  /// What the caller says of the SSH connection he comes by.
  var sshConnection: String? { get set }
}
