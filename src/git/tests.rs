//! With the real git, in an environment of our own.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::*;

/// A repository in a folder of its own.
struct Project {
    folder: TempDir,
}

/// Every variable that would change what git does is removed or fixed.
fn environment() -> Vec<(OsString, Option<OsString>)> {
    let mut environment: Vec<(OsString, Option<OsString>)> = std::env::vars_os()
        .filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
        .map(|(name, _)| (name, None))
        .collect();
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.org"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.org"),
    ] {
        environment.push((name.into(), Some(value.into())));
    }
    environment
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = run(folder, arguments);
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    for (name, value) in environment() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.output().unwrap()
}

fn open(folder: &Path) -> Repository {
    Repository::discover_with(folder, environment()).unwrap().unwrap()
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) {
        git(self.path(), arguments);
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    fn repository(&self) -> Repository {
        open(self.path())
    }
}

/// `path status text`, with the text that is staged.
fn shown(repository: &Repository) -> Vec<String> {
    let files = repository.staged().unwrap();
    files
        .iter()
        .map(|file| {
            let text = file.blob.as_ref().map(|oid| repository.blobs(std::slice::from_ref(oid)).unwrap().remove(0));
            let text = String::from_utf8(text.unwrap_or_default()).unwrap();
            format!("{} {:?} {}", file.path, file.status, text.lines().next().unwrap_or_default())
        })
        .collect()
}

#[test]
fn outside_of_a_work_tree_there_is_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Repository::discover_with(folder.path(), environment()).unwrap().is_none());
    git(folder.path(), &["init", "--quiet", "--bare"]);
    assert!(Repository::discover_with(folder.path(), environment()).unwrap().is_none());
}

#[test]
fn a_missing_git_is_no_repository_and_a_missing_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = Repository::discover_with(&folder.path().join("none"), environment()).unwrap_err();
    assert!(matches!(&error, GitError::Failed { message, .. } if message.contains("cannot change to")), "{error:?}");

    let mut no_git = environment();
    no_git.push(("PATH".into(), Some(folder.path().into())));
    assert!(Repository::discover_with(folder.path(), no_git).unwrap().is_none());
}

#[test]
fn before_the_first_commit_all_that_is_staged_is_added() {
    let project = Project::new();
    project.write("a.py", "a");
    project.write("b.py", "b");
    project.git(&["add", "a.py"]);
    let repository = project.repository();
    assert_eq!(shown(&repository), ["a.py Added a"]);
    assert!(repository.files_at("HEAD").unwrap().is_empty());
    assert!(matches!(repository.files_at("main"), Err(GitError::UnknownRevision { .. })));
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let project = Project::new();
    project.write("changed.py", "old");
    project.write("gone.py", "gone");
    project.write("kept.py", "kept");
    project.write("moved.py", "one\ntwo\nthree\nfour\nfive\n");
    project.commit();
    project.write("changed.py", "staged");
    project.write("new.py", "new");
    project.git(&["rm", "--quiet", "gone.py"]);
    project.git(&["mv", "moved.py", "renamed.py"]);
    project.git(&["add", "--all"]);
    project.write("changed.py", "not staged");
    project.write("kept.py", "not staged");
    let repository = project.repository();
    assert_eq!(
        shown(&repository),
        [
            "changed.py Modified staged",
            "gone.py Deleted gone",
            "new.py Added new",
            "renamed.py Renamed { from: \"moved.py\" } one",
        ]
    );
    let tracked: Vec<String> = repository.tracked().unwrap().into_iter().map(|entry| entry.path).collect();
    assert_eq!(tracked, ["changed.py", "kept.py", "new.py", "renamed.py"]);
    let mut at_head: Vec<String> = repository.files_at("HEAD").unwrap().into_iter().map(|entry| entry.path).collect();
    at_head.sort();
    assert_eq!(at_head, ["changed.py", "gone.py", "kept.py", "moved.py"]);
}

#[test]
fn a_copy_names_its_origin() {
    let project = Project::new();
    project.write("a.py", "one\ntwo\nthree\nfour\nfive\n");
    project.commit();
    project.write("a.py", "one\ntwo\nthree\nfour\nfive\nsix\n");
    project.write("b.py", "one\ntwo\nthree\nfour\nfive\nseven\n");
    project.git(&["add", "--all"]);
    assert_eq!(shown(&project.repository()), ["a.py Modified one", "b.py Copied { from: \"a.py\" } one"]);
}

#[test]
fn everything_works_from_a_subfolder_and_under_the_user_s_settings() {
    let project = Project::new();
    project.write("top.py", "top");
    project.write("sub folder/é.py", "deep");
    project.git(&["config", "diff.relative", "true"]);
    project.git(&["config", "diff.noprefix", "true"]);
    project.git(&["config", "diff.renames", "false"]);
    project.git(&["config", "color.ui", "always"]);
    project.git(&["config", "core.abbrev", "5"]);
    project.git(&["add", "--all"]);
    let mut environment = environment();
    environment.push(("GIT_LITERAL_PATHSPECS".into(), Some("1".into())));
    let repository = Repository::discover_with(&project.path().join("sub folder"), environment).unwrap().unwrap();
    assert_eq!(repository.root(), project.path().canonicalize().unwrap());
    assert_eq!(shown(&repository), ["sub folder/é.py Added deep", "top.py Added top"]);
    assert_eq!(repository.tracked().unwrap().len(), 2);
    project.commit();
    let at_head: Vec<String> = repository.files_at("HEAD").unwrap().into_iter().map(|entry| entry.path).collect();
    assert_eq!(at_head, ["sub folder/é.py", "top.py"]);
}

// Other systems refuse names that are not UTF-8.
#[cfg(target_os = "linux")]
#[test]
fn odd_names_symbolic_links_and_submodules() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let project = Project::new();
    project.write("a\n\tb\".py", "odd");
    fs::write(project.path().join(std::ffi::OsStr::from_bytes(b"\xff.py")), "bytes").unwrap();
    symlink("a.py", project.path().join("link.py")).unwrap();
    project.write("becomes_link.py", "text");
    symlink("a.py", project.path().join("becomes_file.py")).unwrap();
    let module = project.path().join("module");
    fs::create_dir(&module).unwrap();
    git(&module, &["init", "--quiet"]);
    git(&module, &["commit", "--quiet", "--allow-empty", "--message=x"]);
    project.git(&["-c", "advice.addEmbeddedRepo=false", "add", "--all"]);
    let repository = project.repository();
    assert_eq!(shown(&repository), ["a\n\tb\".py Added odd", "becomes_link.py Added text", "\u{fffd}.py Added bytes"]);
    project.git(&["commit", "--quiet", "--message=x"]);
    assert_eq!(repository.tracked().unwrap().len(), 3);
    assert_eq!(repository.files_at("HEAD").unwrap().len(), 3);

    fs::remove_file(project.path().join("becomes_link.py")).unwrap();
    symlink("a.py", project.path().join("becomes_link.py")).unwrap();
    fs::remove_file(project.path().join("becomes_file.py")).unwrap();
    project.write("becomes_file.py", "now text");
    project.git(&["add", "becomes_link.py", "becomes_file.py"]);
    assert_eq!(shown(&repository), ["becomes_file.py TypeChanged now text", "becomes_link.py Deleted text"]);
}

#[test]
fn another_index_is_honoured_as_in_a_partial_commit() {
    let project = Project::new();
    project.write("a.py", "a");
    project.write("b.py", "b");
    project.git(&["add", "a.py"]);
    fs::copy(project.path().join(".git/index"), project.path().join(".git/next-index")).unwrap();
    project.git(&["add", "b.py"]);
    for index in [".git/next-index".into(), project.path().join(".git/next-index")] {
        let mut environment = environment();
        environment.push(("GIT_INDEX_FILE".into(), Some(index.into())));
        let repository = Repository::discover_with(project.path(), environment).unwrap().unwrap();
        assert_eq!(shown(&repository), ["a.py Added a"]);
        assert_eq!(repository.tracked().unwrap().len(), 1);
    }
}

#[test]
fn a_linked_work_tree_is_a_root_of_its_own() {
    let project = Project::new();
    project.write("a.py", "a");
    project.commit();
    let other = tempfile::tempdir().unwrap();
    let linked = other.path().join("linked tree");
    project.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    fs::write(linked.join("b.py"), "b").unwrap();
    git(&linked, &["add", "b.py"]);
    let repository = open(&linked);
    assert_eq!(repository.root(), linked.canonicalize().unwrap());
    assert_eq!(shown(&repository), ["b.py Added b"]);
    assert!(project.repository().staged().unwrap().is_empty());
}

#[test]
fn conflicts_are_reported_and_our_side_is_tracked() {
    let project = Project::new();
    project.write("a.py", "base\n");
    project.write("b.py", "base\n");
    project.commit();
    project.git(&["checkout", "--quiet", "-b", "theirs"]);
    project.write("a.py", "theirs\n");
    project.commit();
    project.git(&["checkout", "--quiet", "main"]);
    project.write("a.py", "ours\n");
    project.git(&["rm", "--quiet", "b.py"]);
    project.commit();
    project.git(&["checkout", "--quiet", "theirs"]);
    project.write("b.py", "theirs\n");
    project.commit();
    project.git(&["checkout", "--quiet", "main"]);
    assert!(!run(project.path(), &["merge", "--quiet", "theirs"]).status.success());

    let repository = project.repository();
    assert_eq!(shown(&repository), ["a.py Unmerged ", "b.py Unmerged "]);
    let tracked = repository.tracked().unwrap();
    let oids: Vec<Oid> = tracked.iter().map(|entry| entry.blob.clone()).collect();
    assert_eq!(tracked.len(), 2);
    assert_eq!(repository.blobs(&oids).unwrap(), [b"ours\n".to_vec(), b"theirs\n".to_vec()]);
}

#[test]
fn many_and_large_blobs_come_in_order_without_a_deadlock() {
    let project = Project::new();
    project.write("large.py", &"x = 1\n".repeat(200_000));
    project.write("small.py", "\n\0small\n");
    project.git(&["add", "--all"]);
    let repository = project.repository();
    let tracked = repository.tracked().unwrap();
    let (large, small) = (&tracked[0].blob, &tracked[1].blob);
    assert!(repository.blobs(&[]).unwrap().is_empty());
    let blobs = repository.blobs(&[small.clone(), large.clone(), small.clone()]).unwrap();
    assert_eq!(blobs.iter().map(Vec::len).collect::<Vec<_>>(), [8, 1_200_000, 8]);
    // More questions than a pipe holds.
    let many = vec![small.clone(); 20_000];
    assert_eq!(repository.blobs(&many).unwrap().len(), 20_000);
    let missing = Oid("0123456789".repeat(4));
    assert!(matches!(repository.blobs(&[missing]), Err(GitError::MissingObject { .. })));
}

#[test]
fn a_revision_that_is_none_is_named() {
    let project = Project::new();
    project.write("a.py", "a");
    project.commit();
    let repository = project.repository();
    for revision in ["origin/main", "--help", "", "HEAD:a.py", "HEAD~5"] {
        let error = repository.files_at(revision).unwrap_err();
        assert_eq!(error.to_string(), format!("git knows no revision `{revision}` here"));
    }
    assert_eq!(repository.files_at("main").unwrap().len(), 1);
}

#[test]
fn a_repository_of_another_user_is_refused_with_the_way_out() {
    let project = Project::new();
    let mut environment = environment();
    // Git's own switch for its tests.
    environment.push(("GIT_TEST_ASSUME_DIFFERENT_OWNER".into(), Some("1".into())));
    let error = Repository::discover_with(project.path(), environment).unwrap_err();
    let root = project.path().canonicalize().unwrap();
    assert!(matches!(&error, GitError::Untrusted { folder } if Path::new(folder) == root), "{error:?}");
}

proptest::proptest! {
    #[test]
    fn no_answer_makes_the_reader_fail(text in "[:0-9a-f MADRU\t\n\0é]{0,60}|(:100644 000000 00 ff [ADMRTU]\0a?\0?){0,3}") {
        let bytes = text.as_bytes();
        let _ = output::raw_diff(bytes);
        let _ = output::index(bytes);
        let _ = output::tree(bytes);
        let _ = output::batch(bytes, &[Oid("ff".to_owned()), Oid("00".to_owned())]);
    }
}
