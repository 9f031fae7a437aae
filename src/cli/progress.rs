//! A progress bar on standard error, for runs that last.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Nobody wants to see a bar flash by.
const PATIENCE: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(100);
const WIDTH: usize = 24;

/// Shows how far the judging is, from half a second on, until it is dropped.
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Of `total` files. Shown only on a terminal that can redraw a line, and when `wanted`.
    pub(super) fn start(total: usize, wanted: bool) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let able = io::stderr().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        let thread = (wanted && able).then(|| {
            let (stop, stopped) = mpsc::channel();
            let done = Arc::clone(&done);
            let handle = thread::spawn(move || {
                let mut wait = PATIENCE;
                let mut drawn = false;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = INTERVAL;
                    drawn = true;
                    let bar = line(done.load(Ordering::Relaxed), total);
                    let _ = write!(io::stderr(), "\r\u{1b}[K{bar}");
                }
                if drawn {
                    let _ = write!(io::stderr(), "\r\u{1b}[K");
                }
            });
            (stop, handle)
        });
        Self { done, thread }
    }

    /// The counter of what is done.
    pub(super) fn done(&self) -> &AtomicUsize {
        &self.done
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, handle)) = self.thread.take() {
            drop(stop);
            // A thread that panicked has nothing more to show.
            let _ = handle.join();
        }
    }
}

fn line(done: usize, total: usize) -> String {
    let filled = (done.min(total) * WIDTH).checked_div(total).unwrap_or(WIDTH);
    format!("judging [{}{}] {done}/{total}", "#".repeat(filled), " ".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_as_files_are_done() {
        assert_eq!(line(0, 100), format!("judging [{}] 0/100", " ".repeat(24)));
        assert_eq!(line(50, 100), format!("judging [{}{}] 50/100", "#".repeat(12), " ".repeat(12)));
        assert_eq!(line(100, 100), format!("judging [{}] 100/100", "#".repeat(24)));
        assert_eq!(line(0, 0), format!("judging [{}] 0/0", "#".repeat(24)));
    }
}
