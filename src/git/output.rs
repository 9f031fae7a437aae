//! Reading what git's commands print. `None` is an answer in an undocumented form.

use std::path::PathBuf;

use super::{GitError, IndexEntry, Oid, StagedFile, StagedStatus};

/// The modes of regular files: plain and executable.
fn is_regular(mode: &str) -> bool {
    mode.starts_with("100")
}

fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// The fields of `bytes`, each ended by a NUL.
fn nul_ended(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.strip_suffix(&[0]).map(|bytes| bytes.split(|byte| *byte == 0)).into_iter().flatten()
}

/// A path as the operating system takes it.
#[cfg(unix)]
pub(super) fn native_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// A path as the operating system takes it.
#[cfg(not(unix))]
pub(super) fn native_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

/// The changes of `diff --raw -z --no-abbrev`: `:old-mode new-mode old-oid new-oid status␀path␀`, with two paths for
/// renames and copies.
pub(super) fn raw_diff(bytes: &[u8]) -> Option<Vec<StagedFile>> {
    let mut fields = nul_ended(bytes);
    let mut files = Vec::new();
    while let Some(header) = fields.next() {
        let header = std::str::from_utf8(header).ok()?.strip_prefix(':')?;
        let [old_mode, new_mode, old_oid, new_oid, status] = header.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let path = shown(fields.next()?);
        // The letter may have a similarity behind it: `R086`.
        let letter = status.chars().next()?;
        let (path, from) = match letter {
            'R' | 'C' => (shown(fields.next()?), Some(path)),
            _ => (path, None),
        };
        let status = match (letter, from) {
            ('U', _) => StagedStatus::Unmerged,
            _ if !is_regular(new_mode) => {
                if !is_regular(old_mode) {
                    continue;
                }
                StagedStatus::Deleted
            }
            ('A', _) => StagedStatus::Added,
            ('T', _) => StagedStatus::TypeChanged,
            ('R', Some(from)) => StagedStatus::Renamed { from },
            ('C', Some(from)) => StagedStatus::Copied { from },
            _ => StagedStatus::Modified,
        };
        let blob = match status {
            StagedStatus::Unmerged => None,
            StagedStatus::Deleted => Some(Oid(old_oid.to_owned())),
            _ => Some(Oid(new_oid.to_owned())),
        };
        // A file with conflicts may come twice, the second time compared as if it were merged.
        if files.last().is_some_and(|last: &StagedFile| last.path == path) {
            continue;
        }
        files.push(StagedFile { path, status, blob });
    }
    Some(files)
}

/// The entries of `ls-files --stage -z`: `mode oid stage␉path␀`.
pub(super) fn index(bytes: &[u8]) -> Option<Vec<IndexEntry>> {
    let mut entries: Vec<IndexEntry> = Vec::new();
    for field in nul_ended(bytes) {
        let (header, path) = split_at_tab(field)?;
        let [mode, oid, stage] = header.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        // Stage 1 is the common ancestor of a conflict, 2 is ours, 3 theirs.
        if !is_regular(mode) || stage == "1" {
            continue;
        }
        let path = shown(path);
        if stage == "3" && entries.last().is_some_and(|last| last.path == path) {
            continue;
        }
        entries.push(IndexEntry { path, blob: Oid(oid.to_owned()) });
    }
    Some(entries)
}

/// The entries of `ls-tree -r -z`: `mode type oid␉path␀`.
pub(super) fn tree(bytes: &[u8]) -> Option<Vec<IndexEntry>> {
    let mut entries = Vec::new();
    for field in nul_ended(bytes) {
        let (header, path) = split_at_tab(field)?;
        if is_regular(header) {
            let oid = header.rsplit(' ').next()?;
            entries.push(IndexEntry { path: shown(path), blob: Oid(oid.to_owned()) });
        }
    }
    Some(entries)
}

fn split_at_tab(field: &[u8]) -> Option<(&str, &[u8])> {
    let tab = field.iter().position(|byte| *byte == b'\t')?;
    Some((std::str::from_utf8(&field[..tab]).ok()?, &field[tab + 1..]))
}

/// The contents that `cat-file --batch` gives: `oid type size␊contents␊`, or `oid missing␊`.
pub(super) fn batch(bytes: &[u8], oids: &[Oid]) -> Result<Vec<Vec<u8>>, GitError> {
    let garbled = || GitError::Garbled { command: "git cat-file" };
    let mut rest = bytes;
    let mut blobs = Vec::with_capacity(oids.len());
    for oid in oids {
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(garbled)?;
        let header = String::from_utf8_lossy(&rest[..end]);
        rest = &rest[end + 1..];
        if header.ends_with(" missing") {
            return Err(GitError::MissingObject { oid: oid.clone() });
        }
        let size: usize = header.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(garbled)?;
        let contents = rest.get(..size).ok_or_else(garbled)?;
        blobs.push(contents.to_vec());
        rest = rest.get(size + 1..).ok_or_else(garbled)?;
    }
    Ok(blobs)
}
