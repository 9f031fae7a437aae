//! `whimbrel explain --names`

use crate::support::Folder;

#[test]
fn without_a_head_the_heads_are_listed() {
    let run = Folder::with(&[]).run(&["explain", "--names"]);
    assert_eq!(run.status, 0, "{}", run.err);
    for head in ["  AddField ", "  CreateModel.fields ", "  Migration ", "  SchemaOperation "] {
        assert!(run.out.contains(head), "{head}: {}", run.out);
    }
    assert!(!run.out.contains("  state.AddField"), "{}", run.out);
}

#[test]
fn a_head_that_is_none_is_corrected() {
    let run = Folder::with(&[]).run(&["explain", "--names", "AddColumn"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `AddField`?"), "{}", run.err);
}
