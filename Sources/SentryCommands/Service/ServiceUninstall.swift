internal import ArgumentParser
internal import Foundation

extension ServiceCommand {
  /// `sentry service uninstall`
  struct Uninstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End the service, and remove its units.",
      discussion: """
        What the service is started with, its memory, documents and user stay; `sentry off` takes out what it has left in the kernel \
        under fail-closed.

          sentry service uninstall
        """)

    @Option(
      help: ArgumentHelp("Remove what was written below this folder; nothing is ended.", valueName: "directory"))
    var root = "/"

    @Flag(help: "With --root: from /usr/lib, where packages put their units, in place of /etc.")
    var vendor = false

    func validate() throws {
      if vendor, ServiceFiles(root: root).isThisSystem {
        throw ValidationError("--vendor says where files are below --root DIRECTORY")
      }
    }

    func run() async throws {
      let files = ServiceFiles(root: root, isVendor: vendor)
      try files.checkAreOurs()
      let made = files.made(of: ServiceUnits()).map(\.path)
      guard made.contains(where: { FileManager.default.fileExists(atPath: $0) }) else {
        let packaged = ServiceFiles(root: root, isVendor: true).main
        if !vendor, FileManager.default.fileExists(atPath: packaged) {
          throw CommandFailure(.noInput, "\(packaged) came with a package, and goes with it: apt remove sentry")
        }
        throw CommandFailure(.noInput, "no service is installed: there is no \(files.main)")
      }
      let manages = files.isThisSystem && ServiceManagerTools.isRunning
      if manages {
        try ServiceManagerTools.require("systemctl", ["disable", "--now", "sentry.service", "sentry-boot.service"])
      }
      for path in made where try ServiceFiles.remove(path) { Console.writeLine("removed \(path)") }
      if manages { try ServiceManagerTools.require("systemctl", ["daemon-reload"]) }
      guard files.isThisSystem else { return }
      let left = ["/etc/default/sentry", "/etc/sentry", "/var/lib/sentry"].filter {
        FileManager.default.fileExists(atPath: $0)
      }
      if !left.isEmpty { Console.writeLine("these stay: \(left.joined(separator: ", "))") }
    }
  }
}
