public import SentryDiagnostics

/// One finding about a document, as `check --format json` and the control socket report it.
public typealias FindingReport = DiagnosticRecord
