//! `whimbrel completions`

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::flags::flags;
use crate::repository::Repository;
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

/// The flags of every command, as its help names them.
fn all_flags() -> Vec<(String, String)> {
    let mut found = Vec::new();
    flags(&Repository::with(&[]), "", &mut found);
    assert!(found.len() > 80, "{found:?}");
    found
}

#[test]
fn bash_completes_every_flag_of_every_command() {
    let folder = Folder::with(&[]);
    fs::write(folder.path().join("complete"), folder.run(&["completions", "bash"]).out).unwrap();
    let mut commands: Vec<String> = all_flags().into_iter().map(|(command, _)| command).collect();
    commands.dedup();
    let mut script = String::from("source ./complete\n");
    for command in &commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let last = words.last().unwrap_or(&"whimbrel");
        let count = words.len() + 1;
        writeln!(
            script,
            "COMP_WORDS=(whimbrel {command} --); COMP_CWORD={count}; _whimbrel whimbrel -- {last}; echo \"{command}: ${{COMPREPLY[@]}}\""
        )
        .unwrap();
    }
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    for (command, flag) in all_flags() {
        let line = said.lines().find_map(|line| line.strip_prefix(&format!("{command}: "))).expect(&command);
        assert!(line.split(' ').any(|word| word == flag), "{command}: {flag} is not completed: {line}");
    }
}

#[test]
fn every_script_and_the_manual_page_know_every_flag_of_every_command() {
    let folder = Folder::with(&[]);
    let page = folder.run(&["completions", "man"]).out;
    assert!(page.starts_with(".ie") && page.contains(".TH whimbrel 1") && page.contains("Examples:"), "{page}");
    let scripts: Vec<String> =
        ["elvish", "fish", "powershell", "zsh"].map(|shell| folder.run(&["completions", shell]).out).to_vec();
    for (command, flag) in all_flags() {
        let heading = format!(".SH \"WHIMBREL {}\"", command.to_uppercase());
        let section = if command.is_empty() { Some(page.as_str()) } else { page.split(&heading).nth(1) };
        let section = section.unwrap_or_else(|| panic!("{command} has no section")).split("\n.SH ").next().unwrap();
        let section = if command.is_empty() { page.as_str() } else { section };
        assert!(section.contains(&flag.replace('-', "\\-")), "{command}: {flag} is not in the manual page");
        for script in &scripts {
            assert!(script.contains(flag.trim_start_matches('-')), "{command}: {flag}");
        }
    }
}
