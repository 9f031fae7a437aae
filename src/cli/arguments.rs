//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::FailOn;
use crate::report::Format;
use crate::target::{Database, Version};

/// Stops Django migrations that would break a running deployment.
#[derive(Debug, Parser)]
#[command(name = "whimbrel", version, about, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto, global = true)]
    pub(super) color: ColorChoice,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  whimbrel check                        judge what is staged
  whimbrel check shop/migrations        judge files or folders of the working tree
  whimbrel check --all --format concise judge every migration of the repository
  whimbrel explain compat/column-removed";

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge migrations: what is staged, or the files and folders that are named
    Check(CheckArguments),
    /// Run the examples that rule files carry
    Test(TestArguments),
    /// Show what a rule demands and why, or what a rule may say about a head
    Explain(ExplainArguments),
    /// List the rules of this project
    Rules(RulesArguments),
    /// Show the models of an app as its migrations have made them, without running them
    State(StateArguments),
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct CheckArguments {
    /// Files and folders to judge, from the working tree; none: what is staged, from the index
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Judge every migration of the repository
    #[arg(long, conflicts_with_all = ["paths", "stdin_filename"])]
    pub(super) all: bool,
    /// Judge standard input as the content of this file
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "full", value_parser = format)]
    pub(super) format: Format,
    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Database to judge for, such as postgresql@16; may be repeated
    #[arg(long, value_name = "NAME[@VERSION]")]
    pub(super) database: Vec<Database>,
    /// Version of Django
    #[arg(long, value_name = "VERSION")]
    pub(super) django: Option<Version>,
    /// The code that may still be running: a commit, a tag, a branch, or merge-base:BRANCH [default: HEAD]
    #[arg(long, value_name = "REV")]
    pub(super) deployed: Option<String>,
    /// Severity from which on a finding fails the run: error, warning, info or never [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on)]
    pub(super) fail_on: Option<FailOn>,
    /// Fail when something can't be decided
    #[arg(long)]
    pub(super) strict: bool,
    /// Only these rules: a rule's id, or PACK/*
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// All but these rules: a rule's id, or PACK/*
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Apply `exclude` of the configuration to files that are named, too
    #[arg(long)]
    pub(super) force_exclude: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: no summary
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say what was detected, and from where
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub(super) struct TestArguments {
    /// Rule files, and folders of them; none: those that the configuration names, else the built-in ones
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Fail on holes, too
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: no summary
    #[arg(short, long)]
    pub(super) quiet: bool,
}

const TEST_HELP: &str = "\
A `bad` example must be reported by its rule, a `bad … possible` one must be left undecided, a `good` one neither.
Examples belong to the app `shop`; `with app = \"…\"` and `with migration = \"…\"` give another app or name.
Each rule is judged as it is written: what `extend`, `disable` or the configuration change in it does not count.

Then every condition is replaced by true and by false. One that no example notices is a hole, and so is a rule without
`bad`, `good`, `why`, or both `fix` and `see`. Holes are warnings; with --strict, and in the built-in rules, they fail.

Exit status: 0 all examples pass, 1 one fails (or a hole counts), 2 a file can't be loaded.";

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Id of a rule: PACK/RULE, or RULE where only one pack has it
    #[arg(value_name = "RULE", required_unless_present = "names")]
    pub(super) rule: Option<String>,
    /// List what a rule may say about a head, such as `AddField`, `state.RemoveField`, `CreateModel.fields`
    #[arg(long, value_name = "HEAD", conflicts_with = "rule")]
    pub(super) names: Option<String>,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Table)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

/// Arguments of `state`.
#[derive(Debug, Args)]
#[command(after_help = STATE_HELP)]
pub(super) struct StateArguments {
    /// Label of the app
    #[arg(value_name = "APP")]
    pub(super) app: String,
    /// The migration after which; its name, or the beginning of it [default: the latest]
    #[arg(value_name = "MIGRATION")]
    pub(super) migration: Option<String>,
    /// Version of Django whose names are given
    #[arg(long, value_name = "VERSION")]
    pub(super) django: Option<Version>,
    /// How to show them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Table)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const STATE_HELP: &str = "\
The state is replayed from the working tree, with the rules of Django's ProjectState. What only running Python can tell
stands in ⟨…⟩; behind a `?` is the reason why more may be different. In JSON it is {\"unknown\": \"source text\"}.";

/// Forms of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Args)]
pub(super) struct ConfigurationArguments {
    /// Configuration file
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub(super) config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long)]
    pub(super) isolated: bool,
}

fn format(word: &str) -> Result<Format, String> {
    Format::from_word(word).ok_or_else(|| format!("it is one of {}", Format::WORDS.join(", ")))
}

fn fail_on(word: &str) -> Result<FailOn, String> {
    FailOn::from_word(word).ok_or_else(|| format!("it is one of {}", FailOn::WORDS.join(", ")))
}
