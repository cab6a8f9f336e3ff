internal import ArgumentParser
internal import Foundation
internal import SentryControl

/// `--socket` of every command that talks to a running daemon, and of the daemon itself.
struct SocketOption: ParsableArguments {
  @Option(
    name: .customLong("socket"),
    help: ArgumentHelp(
      "The daemon's control socket (default: $\(ControlSocket.environmentVariable), else \(ControlSocket.defaultPath)).",
      valueName: "path"))
  var argument: String?

  func validate() throws {
    if argument?.isEmpty == true { throw ValidationError("--socket needs a path") }
  }

  /// What the command line says, else the environment, else the usual place.
  var path: String {
    path(in: ProcessInfo.processInfo.environment)
  }

  func path(in environment: [String: String]) -> String {
    if let argument { return argument }
    guard let variable = environment[ControlSocket.environmentVariable], !variable.isEmpty else {
      return ControlSocket.defaultPath
    }
    return variable
  }
}
