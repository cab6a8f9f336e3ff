/// The default document, as part of the program (`Documents/Default.plist`).
public enum BuiltInDocument {
  public static var defaultBytes: [UInt8] { PackageResources.Default_plist }
}
