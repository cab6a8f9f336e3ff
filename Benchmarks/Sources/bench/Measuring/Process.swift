import Foundation

/// Calls of malloc and its kin so far; `nil` without the counting library.
func allocationCount() -> UInt64? { countedAllocations?() }

private let countedAllocations: (@Sendable () -> UInt64)? = {
  guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "sentry_allocation_count") else { return nil }
  let function = unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
  return { function() }
}()

/// The memory of this process that no file stands behind, in bytes.
func anonymousMemory() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
  return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}
