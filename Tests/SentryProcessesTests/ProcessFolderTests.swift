import Foundation
import SentryTestSupport
import Testing

@testable import SentryProcesses

/// A tree as proc(5) describes it.
@Suite struct ProcessFolderTests {
  private let folder: TemporaryFolder
  private let processes: ProcessFolder

  init() throws {
    folder = try TemporaryFolder()
    processes = ProcessFolder(path: folder.url.path)
    _ = try folder.write("server", "")
    for name in ["self", "net", "12cpu", "99999999999"] { try make(name) }
    try make("1", files: ["0": "/dev/null", "1": "pipe:[501]"], executable: folder.path("server"))
    // The numbers as names would stand in another order.
    try make("1200", files: ["3": "socket:[501]", "4": "socket:[502]"])
    try make("90", files: ["7": "socket:[502]", "8": "socket:[5010]"])
    try make("91", files: ["3": "socket:[503]"])
  }

  private func make(_ process: String, files: [String: String] = [:], executable: String? = nil) throws {
    let manager = FileManager.default
    let fd = folder.path("\(process)/fd")
    try manager.createDirectory(atPath: fd, withIntermediateDirectories: true)
    for (file, target) in files {
      try manager.createSymbolicLink(atPath: "\(fd)/\(file)", withDestinationPath: target)
    }
    guard let executable else { return }
    try manager.createSymbolicLink(atPath: folder.path("\(process)/exe"), withDestinationPath: executable)
  }

  @Test func aSocketIsFoundWithWhoHasItOpen() {
    #expect(processes.holder(ofSocket: 501) == .found(.init(process: 1200, file: 3)))
    #expect(processes.holder(ofSocket: 5010) == .found(.init(process: 90, file: 8)))
  }

  @Test func ofSeveralTheLowestNumberCounts() {
    #expect(processes.holder(ofSocket: 502) == .found(.init(process: 90, file: 7)))
  }

  @Test func nobodyHasOthers() {
    #expect(processes.holder(ofSocket: 50) == .nobody)
    #expect(processes.holder(ofSocket: 0) == .nobody)
    #expect(ProcessFolder(path: folder.path("nowhere")).holder(ofSocket: 501) == .nobody)
  }

  @Test func aHolderIsAskedAgain() {
    #expect(processes.isHeld(501, by: .init(process: 1200, file: 3)))
    #expect(!processes.isHeld(501, by: .init(process: 1200, file: 4)))
    #expect(!processes.isHeld(50, by: .init(process: 1200, file: 3)))
    #expect(!processes.isHeld(501, by: .init(process: 4, file: 3)))
  }

  @Test func theExecutableIsALink() {
    #expect(processes.executable(of: 1) == .known(Array(folder.path("server").utf8)))
    #expect(processes.executable(of: 91) == .hidden, "it has none")
    #expect(processes.executable(of: 4) == .hidden, "there is no such process")
  }
}
