/// `tcp://host:port`: a connection that is ended by a reset as soon as it is there.
enum ConnectProbe {
  private static let patience = Duration.seconds(2.5)

  static func outcome(of address: SocketAddress, port: UInt16) -> NoticeOutcome {
    do throws(TimedConnection.Failure) {
      let connection = try TimedConnection(to: address.with(port: port), deadline: .now + patience)
      connection.endByReset()
      return .done()
    } catch {
      return .failed(error.text)
    }
  }
}
