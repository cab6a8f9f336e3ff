package import Hummingbird

/// What handlers know of a request beside the request itself, whichever way it came.
package protocol CallerContext: RequestContext {
  /// Who asks.
  var caller: Caller { get async }
  /// What the caller says of the SSH connection he comes by.
  var sshConnection: String? { get set }
}
