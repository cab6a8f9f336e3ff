internal import Foundation
internal import Glibc

/// What the system says of this process, under the names that Prometheus' own libraries give it.
struct ProcessMeasures: Sendable {
  /// Bytes in memory, library pages and mapped files included (`VmRSS`, proc_pid_status(5)).
  var residentBytes: Int?
  /// Bytes that are the process's own (`RssAnon`).
  var ownBytes: Int?
  var openFiles: Int?
  /// Processor time of all threads, in seconds.
  var processorSeconds: Double

  static func now() -> ProcessMeasures {
    let status = ProcessStatus.text() ?? ""
    return ProcessMeasures(
      residentBytes: kilobytes("VmRSS", in: status), ownBytes: ProcessMemory.ownBytes(inStatus: status),
      openFiles: (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count,
      processorSeconds: processorSeconds())
  }

  private static func kilobytes(_ name: String, in status: String) -> Int? {
    ProcessStatus.value(of: name, in: status)?.first.flatMap { Int($0) }
      .map { $0.multipliedReportingOverflow(by: 1_024).partialValue }
  }

  /// See clock(3): in millionths of a second.
  private static func processorSeconds() -> Double { Double(clock()) / 1e6 }
}
