//! The `whimbrel` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    whimbrel::cli::main()
}
