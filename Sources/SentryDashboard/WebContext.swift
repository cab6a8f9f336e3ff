internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryService

/// A request that came over the web port.
struct WebContext: CallerContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// Not asked for: a browser stands for no connection of ours.
  var sshConnection: String?
  /// Who is logged in.
  var session: Session?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// The user who asked for the link that the session began with.
  var caller: Caller {
    get async { await Caller(user: session?.user ?? "unknown", channel: channel) }
  }

  /// The number of the user whose process has this connection; `nil` if that is not known.
  var peer: UInt32? { WebPeer.localUser(of: channel) }

  var maxUploadSize: Int { ControlLimit.requestBytes }
}
