public import SentryService

extension DaemonProgram {
  /// Has the daemon show web pages at this place.
  public mutating func showPages(at place: ListenPlace) {
    dashboard = { daemon, log in DashboardServer(daemon: daemon, place: place, log: log) }
  }
}
