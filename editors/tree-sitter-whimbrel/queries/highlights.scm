(comment) @comment
(string) @string
(number) @number
(boolean) @boolean
(none) @constant.builtin
(fence_body) @string.special

[
  "edition" "use" "as" "setting" "let" "operation" "fieldclass" "like" "sends" "rule" "extend" "disable"
] @keyword

[
  "forbid" "on" "when" "require" "unless" "because" "severity" "hazard" "unknown" "was" "database" "django"
  "message" "why" "see" "label" "fix" "safe" "unsafe" "set" "remove" "rename" "to" "from" "given" "deployed" "bad"
  "good" "with" "possible"
] @keyword.directive

["and" "or" "not" "in" "is" "matches" "for" "if"] @keyword.operator
(comparison_operator) @operator
"=" @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":" "." "/" "?"] @punctuation.delimiter

(rule id: (identifier) @function)
(extend id: (path) @function)
(disable id: (path) @function)
(let name: (identifier) @function)
(setting name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(type (identifier) @type)
(operation name: (identifier) @type)
(fieldclass name: (identifier) @type)
(head kind: (path) @type)
(is (path) @type)
(kinds (path) @type)
(state) @constant.builtin
(word) @constant
(call function: (path) @function.call)
((call function: (path) @function.builtin) (#any-of? @function.builtin "any" "all" "count" "first" "sum"))
