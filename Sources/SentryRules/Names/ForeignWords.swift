/// What other firewalls call what an action does, in lower case, with the actions that do it.
let foreignActionWords: [String: [String]] = [
  "accept": [PassAction.name],
  "allow": [PassAction.name],
  "permit": [PassAction.name],
  "return": [ExitGroupAction.name],
  "block": [DeleteAction.name, TriggerAction.name],
  "deny": [DeleteAction.name, RejectAction.name],
  "discard": [DeleteAction.name],
  "drop": [DeleteAction.name, DropConnectionAction.name],
  "ban": [TriggerAction.name],
]
