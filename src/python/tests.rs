//! Behaviour of the reader of Python files.

use std::fmt::Write as _;

use super::*;

fn module(text: &str) -> Module {
    parse(&SourceFile::new("m.py", text)).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A value in short: constants as in Python, references bare, unknown ones as `?reason`.
fn show(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match &value.kind {
        ValueKind::None => "None".into(),
        ValueKind::Bool(value) => value.to_string(),
        ValueKind::Int(value) => value.to_string(),
        ValueKind::BigInt(digits) => format!("big {digits}"),
        ValueKind::Float(value) => format!("{value:?}"),
        ValueKind::Str(text) => format!("{:?}", text.value),
        ValueKind::Bytes(bytes) => format!("b{:?}", String::from_utf8_lossy(bytes)),
        ValueKind::List(items) => format!("[{}]", list(items)),
        ValueKind::Tuple(items) => format!("({})", list(items)),
        ValueKind::Set(items) => format!("{{{}}}", list(items)),
        ValueKind::Dict(entries) => {
            let pairs: Vec<_> = entries.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        ValueKind::Reference(path) => path.clone(),
        ValueKind::Call(call) => {
            let arguments = call.arguments.iter().map(|argument| match &argument.name {
                Some(name) => format!("{name}={}", show(&argument.value)),
                None => show(&argument.value),
            });
            let mut all: Vec<_> = arguments.collect();
            all.extend(call.open.iter().map(|_| "…".to_owned()));
            format!("{}({})", call.callee.as_deref().unwrap_or("?"), all.join(", "))
        }
        ValueKind::Definition(definition) => format!("<{}>", definition.name),
        ValueKind::Unknown(unknown) => format!("?{}", unknown.reason),
    }
}

/// The value of `x` when `text` has run.
fn x(text: &str) -> String {
    show(module(text).name("x").expect("x is bound"))
}

#[test]
fn imports_of_every_style_resolve() {
    for (import, expression, path) in [
        ("from django.db import models", "models.CASCADE", "django.db.models.CASCADE"),
        ("import django.db.models.deletion", "django.db.models.deletion.CASCADE", "django.db.models.deletion.CASCADE"),
        ("import django.db.models as m", "m.CASCADE", "django.db.models.CASCADE"),
        ("from uuid import uuid4 as make", "make", "uuid.uuid4"),
        ("from . import fields", "fields.A", "<rel>.fields.A"),
        ("from ..fields import A", "A", "<rel>..fields.A"),
        ("", "dict", "builtins.dict"),
        ("from a import *", "B", "?may come from a star import"),
        ("", "B", "?is not defined in this file"),
        ("try:\n    from a import B\nexcept ImportError:\n    from c import B", "B", "?is a condition for its value"),
        ("try:\n    from a import B\nexcept ImportError:\n    raise", "B", "a.B"),
    ] {
        assert_eq!(x(&format!("{import}\nx = {expression}\n")), path, "{import}");
    }
}

#[test]
fn constants_fold() {
    for (text, folded) in [
        ("x = 'a' \"b\" + 'c' + 'd'", r#""abcd""#),
        ("y = 'b'\nx = f'a{y}c{1}{{}}'", r#""abc1{}""#),
        ("y = 'b'\nx = 'a%sc%%' % y", r#""abc%""#),
        ("x = '%(a)s.%(b)d' % {'a': 'A', 'b': 2}", r#""A.2""#),
        ("x = '{}{1}{name}{{}}'.format('a', 'b', name='c')", r#""abc{}""#),
        ("x = ', '.join(['a', 'b'])", r#""a, b""#),
        ("x = set([('a', 'b')])", r#"{("a", "b")}"#),
        ("x = dict(a=1, **{'b': 2})", r#"{"a": 1, "b": 2}"#),
        ("x = list() + [1] + [*(2, 3)]", "[1, 2, 3]"),
        ("x = -1", "-1"),
        ("x = -9223372036854775808", "-9223372036854775808"),
        ("x = 9223372036854775808", "big 9223372036854775808"),
        ("x = 2 * 1024 - 48", "2000"),
        ("import textwrap\nx = textwrap.dedent('''\n  a\n    b\n  ''')", r#""\na\n  b\n""#),
        ("x = 1 if y else 2", "?decides which value is taken"),
        ("x = [1 for y in z]", "?is a comprehension"),
        ("x = {'a': [1, 2]}['a'][-1]", "2"),
        ("import z\nx = f'{z.y}'", "?is imported"),
        ("import z\nx = z.f(1, *z.a, b=2)", "z.f(1, b=2, …)"),
        ("class A:\n    B = 'b'\nx = A.B", r#""b""#),
        ("class A:\n    pass\nx = A.C", ".A.C"),
        ("x, y = 'a', 'b'", r#""a""#),
        ("x = 'a'\ndel x", "?is deleted"),
        ("x = {}\nx['a'] = 1", "?is changed in place"),
        ("y = []\nx = y\ny.append(1)", "?is changed through another name"),
        ("import z\nx = []\nz.fill(x)", "?is handed to a call, which may change it"),
    ] {
        assert_eq!(x(text), folded, "{text}");
    }
}

#[test]
fn comprehensions_and_loops_over_constants_unroll() {
    for (text, folded) in [
        ("A = ('a', 'b')\nx = [f'{n}_id' for n in A if n != 'a']", r#"["b_id"]"#),
        ("x = [(a, b) for a in ['a'] for b in (1, 2)]", r#"[("a", 1), ("a", 2)]"#),
        ("x = {n for n in ['a'] if n not in ('b',)}", r#"{"a"}"#),
        ("x = {k: v for k, v in {'a': 1}.items()}", r#"{"a": 1}"#),
        ("x = list(n for i, n in enumerate(['a']) if i == 0 and not i)", r#"["a"]"#),
        ("x = [f(n) for n in range(2)]", "[?(0), ?(1)]"),
        ("x = [n for n in ['a'] if f(n)]", "?is a comprehension"),
        ("x = [n for n in ['a', *y]]", "[\"a\", ?is not defined in this file]"),
        ("x = []\nfor n in ('a', 'b'):\n    if n == 'a':\n        x.append(n)", r#"["a"]"#),
        ("x = []\nfor n in ('a', 'b'):\n    x.append(n)\n    break", "[?is looped over]"),
        ("x = 1\nif y:\n    a = True\n    if a:\n        x = 2", "?is a condition for its value"),
    ] {
        assert_eq!(x(text), folded, "{text}");
    }
    let nested = format!("x = [0 {}]", "for a in range(9999) ".repeat(9));
    assert_eq!(x(&nested), "?is a comprehension");
}

#[test]
fn branches_keep_what_they_agree_on() {
    let text = "
x = [1]
if a:
    x += [2]
elif b:
    x.append(3)
x.extend([4])
";
    assert_eq!(x(text), "[1, ?decides whether it runs, ?decides whether it runs, 4]");
    assert_eq!(x("if a:\n    x = 1\nelse:\n    x = 1\n"), "1");
    assert_eq!(x("if a:\n    x = 1\nelse:\n    x = 2\n"), "?is a condition for its value");
    assert_eq!(x("if a:\n    raise Error\nelse:\n    x = 2\n"), "2");
    assert_eq!(x("x = []\nfor y in z:\n    x.append(y)\n"), "[?is looped over]");
}

#[test]
fn every_piece_of_a_text_stands_in_the_source() {
    let text = "y = 'é'\nx = ('a\\nb' r'\\d' # 'no'\n  f'{y}{{c' '''d\ne''' b'' if False else '')\n";
    let source = SourceFile::new("m.py", text.replace(" b'' if False else ''", ""));
    let module = parse(&source).unwrap();
    let Some(Value { kind: ValueKind::Str(found), .. }) = module.name("x") else { panic!("no text") };
    assert_eq!(found.value, "a\nb\\dé{cd\ne");
    for piece in &found.pieces {
        let span = Span::new(piece.source, piece.source + piece.len);
        assert_eq!(source.slice(span), &found.value[piece.at..piece.at + piece.len]);
    }
    let mapped: usize = found.pieces.iter().map(|piece| piece.len).sum();
    assert_eq!(mapped, found.value.len() - "\n{".len());
}

#[test]
fn carriage_returns_and_byte_order_marks_move_no_offset() {
    let source = SourceFile::new("m.py", "\u{feff}x = '''a\r\nb'''\r\n");
    let module = parse(&source).unwrap();
    let value = module.name("x").unwrap();
    let ValueKind::Str(text) = &value.kind else { panic!("no text") };
    assert_eq!(text.value, "a\nb");
    assert_eq!(text.source_span(2, 3).map(|span| source.slice(span)), Some("b"));
    assert_eq!(source.slice(value.span), "'''a\r\nb'''");
}

#[test]
fn functions_tell_what_they_import_use_and_call() {
    let source = SourceFile::new(
        "m.py",
        "
from django.utils import timezone
from . import helpers
def forwards(apps, editor):
    '''Fill.'''
    from shop.models import Order as O
    Order = apps.get_model('shop', 'Order')
    for order in Order.objects.filter(a=1).all():
        order.at = timezone.now()
        [item.save() for item in order.items]
    helpers.finish(O, len)
    other()
def nothing(apps, editor):
    '''Nothing.'''
    pass
x = lambda apps, editor: None
",
    );
    let module = parse(&source).unwrap();
    let facts = |name: &str| match module.definitions.iter().find(|other| other.name == name).map(|other| &other.kind) {
        Some(DefinitionKind::Function(function)) => function.clone(),
        _ => panic!("no function {name}"),
    };
    let forwards = facts("forwards");
    assert_eq!(forwards.parameters, ["apps", "editor"]);
    assert_eq!(forwards.imports[0].0, "shop.models.Order");
    let references: Vec<_> = forwards.references.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        references,
        ["django.utils.timezone.now", "<rel>.helpers.finish", "shop.models.Order", "builtins.len", ".other"]
    );
    let calls: Vec<_> = forwards.calls.iter().map(|call| format!("{} {}", call.callee, call.loop_depth)).collect();
    assert_eq!(
        calls,
        [
            "apps.get_model 0",
            "Order.objects.filter().all 0",
            "Order.objects.filter 0",
            "timezone.now 1",
            "item.save 2",
            "helpers.finish 0",
            "other 0"
        ]
    );
    assert_eq!(forwards.calls[0].strings, [Some("shop".to_owned()), Some("Order".to_owned())]);
    assert!(!forwards.empty && facts("nothing").empty && facts("<lambda>").empty);
    let definition = module.definitions.iter().find(|other| other.name == "forwards").unwrap();
    assert_eq!(source.slice(definition.name_span), "forwards");
}

#[test]
fn comments_and_headers_have_their_places() {
    let source = SourceFile::new("m.py", "# é one\nx = '# no'  # two\n@d\nclass  A (B, c = 1) : # three\n    pass\n");
    let module = parse(&source).unwrap();
    let comments: Vec<_> = module.comments.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(comments, ["# é one", "# two", "# three"]);
    assert_eq!(source.slice(module.classes[0].header), "class  A (B, c = 1)");
}

#[test]
fn syntax_of_newer_versions_is_read_and_its_values_stay_what_they_are() {
    let source = SourceFile::new(
        "m.py",
        "ROW = {'a': 'one'}\nKEY = 'a'\nx = f\"{ROW[\"a\"]} ö\"\ny = f'{ROW['a'] + f'{ROW['a']}'}'\nz = t'{KEY}'\nw = f\"{\n  KEY  # no comment\n}\"  # one\n\
         try:\n    pass\nexcept A, B, C:\n    v = f'{KEY}'\ntry:\n    pass\nexcept* D, E:\n    pass\n\
         def f[T = int, U: str = str](a: T) -> U: pass\nclass G[\n    T = int,\n]: pass\ntype H[T = int] = list[T]\nu = 'last'\n",
    );
    let module = parse(&source).unwrap_or_else(|error| panic!("{error} at {:?}", source.position(error.span.start)));
    let text = |name: &str| match &module.name(name).unwrap().kind {
        ValueKind::Str(text) => text.value.clone(),
        ValueKind::Unknown(unknown) => format!("⟨{}⟩", unknown.text),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!((text("KEY").as_str(), text("w").as_str(), text("u").as_str()), ("a", "a", "last"));
    // Nobody knows what stands in strings that can't be put into older words.
    for name in ["y", "z"] {
        assert!(text(name).starts_with('⟨'), "{}", text(name));
    }
    let place = module.name("z").unwrap().span;
    assert_eq!(source.slice(place), "t'{KEY}'");
    let comments: Vec<_> = module.comments.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(comments, ["# one"]);
    assert_eq!(source.slice(module.class("G").unwrap().definition.name_span), "G");
    // A mistake behind it is told where it is.
    let wrong = SourceFile::new("m.py", "x = f'{'é'}'\ny = = 1\n");
    let error = parse(&wrong).unwrap_err();
    assert_eq!((wrong.slice(error.span), wrong.position(error.span.start).line), ("=", 2));
}

#[test]
fn constructs_that_the_parser_does_not_know_are_named() {
    for (text, construct) in [
        ("class A[*T = *B]: pass\n", "PEP 696"),
        ("x = {**a for a in b}\n", "PEP 798"),
        ("x = t''\n", "PEP 750"),
        ("x = f'{y['a'}'\n", "PEP 701"),
        ("x = 10L\n", "`L`"),
        ("print 'a'\n", "print"),
        ("x = `y`\n", "backticks"),
        ("raise E, 'a'\n", "raise"),
        ("x = 0777\n", "octal"),
        ("x = ur'a'\n", "ur"),
    ] {
        let error = parse(&SourceFile::new("m.py", text)).expect_err(text);
        assert!(error.construct.is_some_and(|known| known.words().contains(construct)), "{text}: {error}");
    }
    let plain = |text: &str| parse(&SourceFile::new("m.py", text)).expect_err(text);
    assert_eq!(plain("x = 1\0").message, "the file contains a NUL byte");
    assert_eq!(plain("if a:\n\tx\n        y\n").message, "invalid Python: inconsistent use of tabs and spaces");
    assert_eq!(plain("x = (\n").message, "invalid Python: the file ends too early");
    let error = plain("é = 1\nx = = 2\n");
    assert_eq!((error.message.as_str(), error.span), ("invalid Python: unexpected '='", Span::new(11, 12)));
}

#[test]
fn hostile_input_is_refused_or_read_on_a_small_stack() {
    let nested =
        |open: &str, close: &str, times: usize| format!("x = {}1{}\n", open.repeat(times), close.repeat(times));
    let mut texts = vec![
        nested("[", "]", 50_000),
        nested("(", ")", 190),
        nested("-", "", 20_000),
        nested("not ", "", 900),
        nested("lambda a, b: ", "", 20_000),
        nested("", "+a", 5_000),
        nested("", "+a", 900),
        format!("x = a{}\n", ".b".repeat(20_000)),
        format!("x = a{}\n", ".b()".repeat(450)),
        format!("x = f'{{{}1}}'\n", "-".repeat(20_000)),
        format!("x = f\"{{'}}'{}}}\"\n", "+a".repeat(20_000)),
        format!("x = {}\n", "1".repeat(100_000)),
        format!("x = 0x{}\n", "f".repeat(100_000)),
        format!("if a:\n  x = 1\n{}", "elif a:\n  x = 2\n".repeat(20_000)),
        format!("if a:\n  x = 1\n{}", "elif a:\n  x = 2\n".repeat(450)),
        format!("x = {}\n", "a if b else ".repeat(20_000) + "c"),
        format!("x = {}\n", "'a' ".repeat(50_000)),
        format!("x = 'a'\n{}", "x = x + x\n".repeat(200)),
        format!("x = ['a']\n{}", "x = [x, x, x, x, x, x, x, x]\n".repeat(50)),
        format!("x = []\n{}", "if a:\n  x += [1, 2, 3]\n".repeat(3_000)),
        format!("x = '{}'.format('{}')\n", "{0}".repeat(20_000), "a".repeat(20_000)),
        "match ".repeat(20_000),
    ];
    let mut deep = String::new();
    for level in 0..300 {
        let _ = writeln!(deep, "{}if a:", " ".repeat(level));
    }
    texts.push(deep);
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        for text in texts {
            let _ = parse(&SourceFile::new("m.py", text));
        }
    });
    thread.unwrap().join().unwrap();
}
