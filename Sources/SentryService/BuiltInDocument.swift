public import SentryRules

/// Documents that are part of the program (`Documents/`).
public enum BuiltInDocument {
  /// `Documents/Default.plist`.
  public static var defaultBytes: [UInt8] { PackageResources.Default_plist }

  /// The document of a mode.
  public static func bytes(of mode: FirewallMode) -> [UInt8] {
    switch mode {
    case .allowAll: PackageResources.AllowAll_plist
    case .blockAll: PackageResources.BlockAll_plist
    case .services: PackageResources.Services_plist
    }
  }
}
