/// The rules of a document that go by what was decided about programs: its top-level group `Applications`.
public enum ApplicationGroup {
  /// The group that `sentry applications on` switches.
  public static let name = "Applications"

  /// Whether the group is on; `nil` if there is none.
  public static func isOn(in rules: [OutlinedRule]) -> Bool? { rule(in: rules)?.isEnabled }

  static func rule(in rules: [OutlinedRule]) -> OutlinedRule? { rules.first { $0.depth == 0 && $0.name == name } }

  /// What a document gets that has none.
  public static let text = """
    // What was decided about programs of this host: `sentry applications` tells. It stands before the rules that let known
    // connections pass, so that a permission that is taken back ends those, too.
    {
      nodeName = Applications;
      enabled = 1;
      propertyName = "Application permission";
      propertyValue = denied;
      children = (
        {
          nodeName = "open connections"; enabled = 1; propertyName = "TCP header flags"; propertyValue = "ack,-syn";
          filterActionName = "Drop connection";
        },
        { nodeName = refused; enabled = 1; propertyName = Any; filterActionName = Reject; }
      );
    }
    """
}
