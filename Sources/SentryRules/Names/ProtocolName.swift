/// The names by which rules know the protocols that IP carries.
public enum ProtocolName {
  private static let names = Dictionary(uniqueKeysWithValues: ProtocolProperty.names.map { ($0.value, $0.key) })

  /// `TCP` for 6; `nil` for a number without a name here.
  public static func of(_ number: UInt64) -> String? { names[number] }
}
