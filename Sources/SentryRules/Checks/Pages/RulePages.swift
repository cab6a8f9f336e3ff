// What the guide says about findings that reading rules makes.

internal import SentryDiagnostics

let rulePages: [FindingPage] = [
  FindingPage(
    .unknownProperty, .error, "there is no such property",
    meaning: """
      A rule must not guess what it is to look at. If the rule has a usable number beside the unknown name, as documents \
      of the classic program do, the number counts and the finding is a warning.
      """,
    example: .text(#"( { enabled = 1; propertyName = "Dest prot"; propertyValue = 23; filterActionName = Delete; } )"#),
    remedy: "Use one of the names in docs/Properties.md; the hint shows the nearest."),
  FindingPage(
    .unknownRelation, .error, "there is no such relation",
    meaning: "Relations are ==, !=, >=, <= and a=A. With a usable number beside it the finding is a warning.",
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; relationName = "="; propertyValue = 23; filterActionName = Log; } )"#
    ),
    remedy: "Use one of the five, in quotes. Without relationName it is ==."),
  FindingPage(
    .unknownAction, .error, "there is no such action",
    meaning: """
      What is to happen with a packet must not be guessed either. With a usable number beside the name the finding is a \
      warning.
      """,
    example: .text(#"( { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Deny; } )"#),
    remedy: "Use one of the actions that docs/Guide.md lists."),
  FindingPage(
    .badValue, .error, "a value that the property does not understand",
    meaning: """
      Not a number, out of range, a reversed range, a net with a broken mask, an unknown word: the message says what \
      would be accepted. The classic program read such values as 0 or cut them short; here they never run.
      """,
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; propertyValue = "90-80"; filterActionName = Delete; } )"#),
    remedy: "Correct the value. Remarks stand in parentheses: \"80 (http)\"."),
  FindingPage(
    .oddValue, .warning, "a value that is not read as it looks",
    meaning: """
      "192.168.1.77/24" is a whole net, of 256 addresses, although it names one: the bits after the prefix are masked off. \
      A Delay with a number for a parameter does not wait that long. What is only short, as "192.0.2", which is the one \
      address 192.0.2.0, is a note.
      """,
    example: .text(
      #"( { enabled = 1; propertyName = "Source net"; propertyValue = "192.168.1.77/24"; filterActionName = Log; } )"#),
    remedy: "Write what is meant in full, as the hint shows."),
  FindingPage(
    .missingValue, .error, "a property without the value it needs",
    meaning: "There is nothing to compare with.",
    example: .text(#"( { enabled = 1; propertyName = "Dest port"; filterActionName = Delete; } )"#),
    remedy: "Give a propertyValue; the hint shows one."),
  FindingPage(
    .badParameter, .error, "a parameter that the action does not understand",
    meaning: "Some actions take more than a text from their parameter: a rate, the address of a router.",
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; propertyValue = 80; filterActionName = "Rate limit"; parameter = fast; } )"#
    ),
    remedy: "Write the parameter as the message shows."),
  FindingPage(
    .ambiguousNumber, .error, "a number whose meaning is not known any more",
    meaning: """
      The document uses the numbers of 2003, and this one appears without a name. Most numbers of that time are not \
      known today, and a wrong guess would be a hole or a wall.
      """,
    example: .text(
      """
      (
        { enabled = 1; property = 17; propertyName = "Dest port"; propertyValue = 23; filterAction = 7; filterActionName = Delay; },
        { enabled = 1; property = 17; propertyName = "Dest port"; propertyValue = 25; filterAction = 5; }
      )
      """),
    remedy: "Give the action by name: filterActionName."),
  FindingPage(
    .assumedGeneration, .note, "a number that means different actions in different years",
    meaning: """
      From 9 on, the numbers of actions changed between 2005 and 2008: 10 was Trigger, and became Authorize. Which list a \
      document uses shows in rules that have both a name and a number; here none does, so the newer list is used.
      """,
    example: .text(#"( { enabled = 1; property = 19; propertyValue = 23; filterAction = 12; } )"#),
    remedy: "Give the action by name: filterActionName."),
  FindingPage(
    .nameNumberMismatch, .note, "name and number do not agree",
    meaning: "The name counts. Numbers are only there for the classic program. Told once.",
    example: .text(
      #"( { enabled = 1; property = 18; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; } )"#
    ),
    remedy: "Leave the number out."),
  FindingPage(
    .disabledByDefault, .note, "a rule that does not say whether it is enabled",
    meaning: "Such a rule is disabled, and with it everything below. Told once, at the first.",
    example: .text(#"( { propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; } )"#),
    remedy: "Add \"enabled = 1;\", or \"enabled = 0;\" to say that it is off by intention."),
  FindingPage(
    .relationReadAsEqual, .warning, "a relation that means nothing for this property",
    meaning: """
      Flags, words, interfaces and content have no order: >= and <= are read as ==. Numbers, nets and words have no \
      capitals to disregard: a=A is read as ==, too.
      """,
    example: .text(
      #"( { enabled = 1; propertyName = Direction; relationName = ">="; propertyValue = inbound; filterActionName = Log; } )"#
    ),
    remedy: "Say == or !=."),
  FindingPage(
    .exitGroupOutsideGroup, .warning, "Exit group outside of a Group",
    meaning: "There is nothing to leave: the rule acts as if its action were \"->\".",
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = "Exit group"; } )"#),
    remedy: "Give a rule above it the action Group, or use another action."),
  FindingPage(
    .negationMatchesOthers, .warning, "!= also matches packets that have no such field",
    meaning: """
      "Dest port != 80" is the opposite of "Dest port == 80": it also matches ICMP and whatever else has no ports. With \
      Delete that is more than was meant.
      """,
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; relationName = "!="; propertyValue = 80; filterActionName = Log; } )"#
    ),
    remedy: "Put the rule below one that asks for the protocol, such as \"Protocol == 6 (TCP)\"."),
  FindingPage(
    .wrongType, .error, "a value of the wrong kind",
    meaning: """
      A list where a text belongs, or the reverse. For a nodeName or a parameter, which rules can do without, the finding \
      is a warning and the value is ignored.
      """,
    example: .text("( { enabled = 1; nodeName = all; children = { enabled = 1; }; } )"),
    remedy: "Arrays stand in ( … ), dictionaries in { … }; the message says which it must be."),
  FindingPage(
    .unknownKey, .warning, "a key that nothing reads",
    meaning: """
      Most often a slip, and then something the rule should do is missing. A key of a rule that resembles none of ours is \
      only a note.
      """,
    example: .text(
      #"( { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionNam = Delete; nodeName = x; } )"#),
    remedy: "Correct the key as the hint says, or delete it."),
]
