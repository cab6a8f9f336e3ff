import SentryTestSupport

/// Runs ip(8), which must succeed.
func ip(_ arguments: String...) async throws {
  let result = try await Program("ip").run(arguments)
  guard result.status == 0 else { throw IPFailed(arguments: arguments, errors: result.errors) }
}

private struct IPFailed: Error {
  var arguments: [String]
  var errors: String
}
