// What the guide says about findings that reading the rest of a rule document makes.

internal import SentryDiagnostics

let documentPages: [FindingPage] = [
  FindingPage(
    .notARuleDocument, .error, "a property list, but no rule document",
    meaning: "Rules stand in a dictionary, under rules, or in an array of their own. A lone word or data is neither.",
    example: .text("hello"),
    remedy: "Write { rules = ( … ); }, or ( … ) for rules alone."),
  FindingPage(
    .noRules, .warning, "a document without rules",
    meaning: "It runs, and every packet passes.",
    example: .text("{ rules = (); }"),
    remedy: "Add rules under rules; Documents/Default.plist is a good start."),
  FindingPage(
    .unknownSetting, .warning, "there is no such setting",
    meaning: "It is ignored, so something keeps its default that was meant to change.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); settings = { triggerDuratoin = 600; }; }"),
    remedy: "Correct the name as the hint says; docs/Guide.md lists the settings."),
  FindingPage(
    .badSetting, .error, "a setting with a value that it cannot have",
    meaning: """
      The message says what would be accepted. For the trigger duration of classic documents it is a warning, and for a service \
      of logins that is named for the journal and for a file.
      """,
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); settings = { triggerDuration = soon; }; }"),
    remedy: "Correct the value."),
  FindingPage(
    .badInterface, .error, "an interface without a name",
    meaning: "An entry of interfaces says by name which interface it is about.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); interfaces = ( { filters = 1; } ); }"),
    remedy: "Add name, as \"ip link\" shows it."),
  FindingPage(
    .duplicateInterface, .warning, "an interface that is listed twice",
    meaning: "The first entry counts, the second is ignored, whatever it says.",
    example: .text(
      """
      {
        rules = ( { nodeName = all; enabled = 1; } );
        interfaces = ( { name = eth0; external = 1; }, { name = eth0; external = 0; } );
      }
      """),
    remedy: "Keep one of the two."),
  FindingPage(
    .oddSwitch, .warning, "a switch that is neither 0 nor 1",
    meaning: """
      Every number but 0 counts as on. A 7 in such a place was probably meant for another key, or for another setting.
      """,
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); settings = { blockIPv6 = 7; }; }"),
    remedy: "Write 0 or 1."),
  FindingPage(
    .badList, .error, "a list to follow that cannot be followed",
    meaning: """
      Its name, its source or something else of it is missing or cannot be used; the message says what would be accepted. Two lists \
      cannot have one name.
      """,
    example: .text(
      """
      {
        rules = ( { nodeName = all; enabled = 1; } );
        lists = ( { name = drop; source = "https://lists.example/drop.txt"; format = csv; } );
      }
      """),
    remedy: "Correct the entry as docs/Lists.md shows."),
  FindingPage(
    .authorizesUnprotected, .warning, "a list that authorizes, fetched over http",
    meaning: """
      Table authorize is for those that are let in. What comes over plain http can be changed by anybody on the way, who then \
      enters himself, or everybody. Lists that block are safer so: there he can only shut out others.
      """,
    example: .text(
      """
      {
        rules = ( { nodeName = all; enabled = 1; } );
        lists = ( { name = friends; source = "http://lists.example/friends.txt"; table = authorize; } );
      }
      """),
    remedy: """
      Write https:// if the server has it. Otherwise fetch the list by other means, verify it, and name the file as its source.
      """),
  FindingPage(
    .keptKeys, .note, "keys of the root that mean nothing here",
    meaning: "They are kept when the document is written anew. Told once, at the first.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); windowPosition = \"100 200\"; }"),
    remedy: "Nothing, or delete them."),
]
