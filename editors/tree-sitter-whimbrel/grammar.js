// The shapes of the rule language; what words mean is the business of `whimbrel` itself.
// The clauses are those of `src/language/parse/table.rs`.

const PREC = { or: 1, and: 2, not: 3, compare: 4, call: 5 };

const commaSep1 = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));
// Between clauses: a comma at the end would leave open whether `django` starts the next clause.
const listed = (rule) => seq(rule, repeat(seq(',', rule)));
const commaSep = (rule) => optional(commaSep1(rule));

module.exports = grammar({
  name: 'whimbrel',

  extras: ($) => [/\s/, $.comment],
  word: ($) => $._word,
  conflicts: ($) => [],

  rules: {
    source_file: ($) => repeat($._declaration),

    comment: () => token(/#[^\r\n]*/),

    _declaration: ($) =>
      choice(
        $.edition,
        $.use,
        $.setting,
        $.let,
        $.operation,
        $.fieldclass,
        $.rule,
        $.extend,
        $.disable,
      ),

    edition: ($) => seq('edition', $.number),
    use: ($) => seq('use', field('pack', $.path), optional(seq('as', field('alias', $.identifier)))),
    setting: ($) =>
      seq(
        'setting',
        field('name', $.identifier),
        ':',
        field('type', $.type),
        optional(seq('=', field('default', $._expression))),
        optional(field('description', $._text)),
      ),
    let: ($) =>
      seq('let', field('name', $.identifier), optional($.parameters), '=', field('value', $._expression)),
    operation: ($) =>
      seq(
        'operation',
        field('name', $.identifier),
        optional($.parameters),
        'like',
        field('like', $.identifier),
        optional(seq('sends', field('sends', $._text))),
      ),
    fieldclass: ($) =>
      seq('fieldclass', field('name', $.identifier), optional($.parameters), 'like', field('like', $.identifier)),
    rule: ($) => seq('rule', field('id', $.identifier), optional(field('title', $.string)), $.block),
    extend: ($) => seq('extend', field('id', $.path), $.block),
    disable: ($) => seq('disable', field('id', $.path), optional($.because)),

    block: ($) => seq('{', repeat($._clause), '}'),

    _clause: ($) =>
      choice(
        $.head_clause,
        $.condition_clause,
        $.let,
        $.word_clause,
        $.database_clause,
        $.django_clause,
        $.text_clause,
        $.label_clause,
        $.fix_clause,
        $.models_clause,
        $.example_clause,
        $.set,
      ),

    head_clause: ($) => seq(choice('forbid', 'on'), listed($.head)),
    head: ($) => prec(PREC.call, seq(field('kind', $.path), optional($.arguments))),
    condition_clause: ($) => seq(choice('when', 'require', 'unless'), $._expression, optional($.because)),
    because: ($) => seq('because', $._text),
    word_clause: ($) => seq(choice('severity', 'hazard', 'unknown', 'was'), listed($.word)),
    word: ($) => $.identifier,
    database_clause: ($) => seq('database', listed(seq($.word, optional($.requirement)))),
    django_clause: ($) => seq('django', listed($.requirement)),
    requirement: ($) => seq($.comparison_operator, $.number),
    text_clause: ($) => seq(choice('message', 'why', 'see'), $._text),
    label_clause: ($) => seq('label', $._expression, $._text),
    fix_clause: ($) =>
      seq(
        'fix',
        field('title', $.string),
        optional(choice('safe', 'unsafe')),
        optional(seq('if', field('condition', $._expression))),
        optional(choice($.edits, $.fence)),
      ),
    edits: ($) => seq('{', repeat(choice($.set, $.remove, $.rename)), '}'),
    set: ($) => seq('set', $.path, '=', $._expression),
    remove: ($) => seq('remove', $.path),
    rename: ($) => seq('rename', $.path, 'to', $.path, optional(seq('from', $.string))),
    models_clause: ($) => seq(choice('given', 'deployed'), $.fence),
    example_clause: ($) =>
      seq(
        choice('bad', 'good'),
        repeat(choice(field('title', $.string), $.target_option, $.with_option, 'possible')),
        $.fence,
      ),
    target_option: ($) => seq('on', $.word, optional($.number)),
    with_option: ($) =>
      prec.right(seq('with', $.assignment, repeat(seq(',', $.assignment)))),
    assignment: ($) => seq(field('name', $.identifier), '=', field('value', $._expression)),

    parameters: ($) => seq('(', commaSep($.parameter), ')'),
    parameter: ($) =>
      seq(
        field('name', $.identifier),
        optional(seq(':', field('type', $.type))),
        optional(seq('=', field('default', $._expression))),
      ),
    type: ($) => seq($.identifier, optional(seq('[', $.identifier, ']')), optional('?')),

    _expression: ($) =>
      choice($.or, $.and, $.not, $.comparison, $.is, $.membership, $.glob, $._value),
    or: ($) => prec.left(PREC.or, seq($._expression, 'or', $._expression)),
    and: ($) => prec.left(PREC.and, seq($._expression, 'and', $._expression)),
    not: ($) => prec(PREC.not, seq('not', $._expression)),
    comparison: ($) => prec.left(PREC.compare, seq($._expression, $.comparison_operator, $._expression)),
    comparison_operator: () => choice('==', '!=', '<', '<=', '>', '>='),
    is: ($) =>
      prec.left(
        PREC.compare,
        seq($._expression, 'is', optional('not'), choice($.state, $.path, $.kinds)),
      ),
    state: () => prec(1, choice('set', 'known')),
    kinds: ($) => seq('(', commaSep1($.path), ')'),
    membership: ($) => prec.left(PREC.compare, seq($._expression, optional('not'), 'in', $._expression)),
    glob: ($) => prec.left(PREC.compare, seq($._expression, optional('not'), 'matches', $._expression)),

    _value: ($) => choice($.number, $.string, $.list, $.group, $.call, $.boolean, $.none, $.path),
    boolean: () => choice('True', 'False'),
    none: () => 'None',
    list: ($) => seq('[', commaSep($._expression), ']'),
    group: ($) => seq('(', $._expression, ')'),
    call: ($) => prec(PREC.call, seq(field('function', $.path), $.arguments)),
    arguments: ($) => seq('(', optional(choice($.generator, commaSep1($._expression))), ')'),
    generator: ($) =>
      seq(
        $._expression,
        'for',
        field('variable', $.identifier),
        'in',
        $._expression,
        optional(seq('if', $._expression)),
      ),

    path: ($) => prec.right(seq($.identifier, repeat(seq(choice('.', '/'), $.identifier)))),
    // Names that are clause words as well.
    identifier: ($) => choice($._word, alias(choice('django', 'deployed', 'known', 'possible'), $._word)),
    _word: () => /[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9]+)*/,
    number: () => token(/-?\d+(\.\d+)*/),

    _text: ($) => choice($.string, $.fence),
    string: () => token(choice(/"([^"\\\r\n]|\\[^\r\n])*"/, /'([^'\\\r\n]|\\[^\r\n])*'/)),
    // The opening ends its line, and the closing starts its own.
    fence: ($) => seq($._fence_open, optional($.fence_body), $._fence_close),
    _fence_open: () => token(/```[A-Za-z0-9]*[ \t]*\r?\n/),
    // Lines that do not start with three backticks.
    fence_body: () =>
      token(
        prec(
          1,
          repeat1(
            choice(
              /[ \t]*\r?\n/,
              /[ \t]*[^`\s][^\r\n]*\r?\n/,
              /[ \t]*`{1,2}\r?\n/,
              /[ \t]*`{1,2}[^`\r\n][^\r\n]*\r?\n/,
            ),
          ),
        ),
      ),
    _fence_close: () => token('```'),
  },
});
