//! `whimbrel completions`

use std::fs;
use std::process::Command;

use crate::support::Folder;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = folder.run(&["completions", shell]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{shell}");
        for words in ["whimbrel", "check", "stdin-filename", "explain"] {
            assert!(run.out.contains(words), "{shell} lacks {words}");
        }
    }
    assert_eq!(folder.run(&["completions", "cmd"]).status, 2);
}

#[test]
fn bash_accepts_its_script_and_completes_with_it() {
    let folder = Folder::with(&[]);
    fs::write(folder.path().join("complete"), folder.run(&["completions", "bash"]).out).unwrap();
    let script = "source ./complete; COMP_WORDS=(whimbrel exp); COMP_CWORD=1; _whimbrel whimbrel exp whimbrel; \
                  echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", script]).current_dir(folder.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "explain\n", "{output:?}");
}

#[test]
fn the_manual_page_names_the_commands() {
    let run = Folder::with(&[]).run(&["completions", "man"]);
    assert!(run.status == 0 && run.out.contains(".TH whimbrel 1") && run.out.contains("explain"), "{}", run.out);
}
