public import SentryService

extension DaemonProgram {
  /// Has the daemon show web pages at this place.
  ///
  /// - Parameter origin: how browsers name them, where a proxy hands them on.
  public mutating func showPages(at place: ListenPlace, behind origin: WebOrigin? = nil) {
    dashboard = { daemon, log in DashboardServer(daemon: daemon, place: place, origin: origin, log: log) }
  }
}
