//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::config::FailOn;
use crate::language::did_you_mean;
use crate::report::Format;
use crate::target::{Database, Version};

/// Stops Django migrations that would break a running deployment.
#[derive(Debug, Parser)]
#[command(name = "whimbrel", version, after_help = EXAMPLES)]
#[command(about = "Stops Django migrations that would break a running deployment")]
#[command(disable_help_subcommand = true, disable_help_flag = true)]
pub(super) struct Arguments {
    /// Colours: auto, always or never [default: auto]
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto, global = true)]
    #[arg(hide_possible_values = true, hide_default_value = true, display_order = 900)]
    pub(super) color: ColorChoice,
    /// Print help
    // Both are the short form: what can be said in a line stands in one, and all of it fits a screen.
    #[arg(short, long, action = ArgAction::HelpShort, global = true, display_order = 901)]
    pub(super) help: Option<bool>,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  whimbrel check                        judge what is staged
  whimbrel check shop/migrations        judge files or folders of the working tree
  whimbrel check --since origin/main    judge what a branch adds or changes
  whimbrel plan                         show what the staged migrations would do
  whimbrel explain column-removed       what a rule demands, why, and the way out

`whimbrel COMMAND --help` says more.";

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
    /// Format rule files
    Fmt(FmtArguments),
    /// Show what a rule demands and why, or what a rule may say about a head
    Explain(ExplainArguments),
    /// List the rules of this project
    Rules(RulesArguments),
    /// Write a configuration, a rule file and the pre-commit entry, overwriting nothing
    Init(InitArguments),
    /// Start a rule out of a migration, or a pack
    New {
        #[command(subcommand)]
        command: NewCommand,
    },
    /// Show what migrations would do: phase, SQL, locks, what breaks for whom, the way back
    Plan(PlanArguments),
    /// Pin, update and list the rule packs of this project
    Packs {
        #[command(subcommand)]
        command: PacksCommand,
    },
    /// Write a script that completes the command line in a shell, or the manual page
    Completions(CompletionsArguments),
    /// Show the models of an app as its migrations have made them, without running them
    State(StateArguments),
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(super) struct CompletionsArguments {
    /// bash, elvish, fish, powershell or zsh; `man` for the manual page
    #[arg(value_name = "SHELL", value_enum, hide_possible_values = true)]
    pub(super) target: CompletionTarget,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  whimbrel completions bash > ~/.local/share/bash-completion/completions/whimbrel
  whimbrel completions zsh > \"${fpath[1]}/_whimbrel\"
  whimbrel completions fish > ~/.config/fish/completions/whimbrel.fish
  whimbrel completions man > ~/.local/share/man/man1/whimbrel.1";

/// What `completions` can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompletionTarget {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
    /// The manual page, for man(1)
    Man,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = INIT_HELP)]
pub(super) struct InitArguments {
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const INIT_HELP: &str = "\
It writes whimbrel.toml with what it finds of databases and Django, team.rules, and the hook in
.pre-commit-config.yaml. Then:
  whimbrel check --all --statistics      count what the rules say of the migrations that are there
  whimbrel check --all --write-baseline  leave what is there alone, and judge what comes";

/// Which migrations a command is about, and what is deployed: alike in `check` and `plan`.
#[derive(Debug, Args)]
pub(super) struct ScopeArguments {
    /// Files and folders of the working tree; none: what is staged
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Every migration of the repository
    #[arg(long, conflicts_with_all = ["paths", "stdin_filename"])]
    pub(super) all: bool,
    /// What was added or changed since the merge base with REV
    #[arg(long, value_name = "REV", conflicts_with_all = ["paths", "all", "stdin_filename"])]
    pub(super) since: Option<String>,
    /// Standard input, as the content of FILE
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Apply `exclude` of the configuration to files that are named, too
    #[arg(long)]
    pub(super) force_exclude: bool,
    /// Code that runs: a tag, a branch, merge-base:BRANCH [default: HEAD]
    #[arg(long, value_name = "REV")]
    pub(super) deployed: Option<String>,
    /// Database, such as postgresql@16; may be repeated
    #[arg(long, value_name = "DB[@VERSION]")]
    pub(super) database: Vec<Database>,
    /// Version of Django, such as 5.2
    #[arg(long, value_name = "VERSION")]
    pub(super) django: Option<Version>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    /// Only these rules: a rule's id, or PACK/*
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// All but these rules: a rule's id, or PACK/*
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Findings of the past, which are not reported again
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write what is found into the baseline, prune what is not
    #[arg(long, conflicts_with = "stdin_filename")]
    pub(super) write_baseline: bool,
    /// Fail from here on: error, warning, info or never [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on)]
    pub(super) fail_on: Option<FailOn>,
    /// Fail when something can't be decided
    #[arg(long)]
    pub(super) strict: bool,
    /// full (default), concise, json, sarif, github, gitlab, junit, rdjson
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "full", value_parser = report)]
    #[arg(hide_default_value = true)]
    pub(super) format: Vec<ReportArgument>,
    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Count findings by rule instead of showing each
    #[arg(long)]
    pub(super) statistics: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: no summary
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say what was detected, and from where
    #[arg(short, long)]
    pub(super) verbose: bool,
}

const CHECK_HELP: &str = "\
Examples:
  whimbrel check                                         what is staged
  whimbrel check --since origin/main                     what this branch adds or changes
  whimbrel check --all --statistics                      an old project, counted by rule
  whimbrel check --all --write-baseline                  leave what is there alone
  whimbrel check --format full --format sarif=out.sarif  several reports

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, configuration or rules.";

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub(super) struct TestArguments {
    /// Rule files and folders of them; none: those of the configuration, else built-in
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Fail on holes, too
    #[arg(long)]
    pub(super) strict: bool,
    /// Write what `bad` examples show into `FILE.rules.snap`, beside each file
    #[arg(long)]
    pub(super) update: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: no summary
    #[arg(short, long)]
    pub(super) quiet: bool,
}

const TEST_HELP: &str = "\
Examples:
  whimbrel test                                   the rule files that the configuration names
  whimbrel test --strict ci/team.rules            fail on conditions that no example notices, too

A `bad` example must be reported by its rule, a `bad … possible` one must be left undecided, a
`good` one neither. Examples belong to the app `shop`; `with app = \"…\"` and `with migration = \"…\"`
give another app or name. Each rule is judged as it is written, whatever `extend`, `disable` or the
configuration change in it.

Then every condition is replaced by true and by false. One that no example notices is a hole, and so
is a rule without `bad`, `good`, `why`, or both `fix` and `see`. Holes are warnings; with --strict,
and in the built-in rules, they fail.

Every fix with edits is applied to every `bad` example: the result must be Python, quiet for the
rule, and raise nothing new. Code that a fix shows in its steps must be Python, too. Where
`team.rules.snap` lies beside `team.rules`, the reports on its `bad` examples must be those of that
file. --update writes it: look at what changed, and commit it.

Exit status: 0 all examples pass, 1 one fails (or a hole counts), 2 a file can't be loaded.";

/// Arguments of `fmt`.
#[derive(Debug, Args)]
#[command(after_help = FMT_HELP)]
pub(super) struct FmtArguments {
    /// Rule files and folders of them; none: those of the configuration; `-`: standard input
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and fail if there are any
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: no summary
    #[arg(short, long)]
    pub(super) quiet: bool,
}

const FMT_HELP: &str = "\
Examples:
  whimbrel fmt                                    the rule files that the configuration names
  whimbrel fmt --check ci                         in CI
  whimbrel fmt - < team.rules                     for editors

A clause stands on its own line, unless the whole rule was written on one that fits. Clauses that
stand together have their operands aligned. Comments, empty lines and the order of everything stay.
Formatting twice changes nothing.

Exit status: 0 done, 1 with --check when a file would change, 2 a file has a mistake and stays.";

const EXPLAIN_HELP: &str = "\
Examples:
  whimbrel explain compat/column-removed          what the rule demands, why, and what to do instead
  whimbrel explain --names                        what rules can be about
  whimbrel explain --names AddField               what a rule about AddField may ask
  whimbrel explain --names CreateModel.fields";

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub(super) struct ExplainArguments {
    /// Id of a rule: PACK/RULE, or RULE where only one pack has it
    #[arg(value_name = "RULE", required_unless_present = "names")]
    pub(super) rule: Option<String>,
    /// What a rule may say about a head, such as `AddField`; without one, all heads
    #[arg(long, value_name = "HEAD", num_args = 0..=1, default_missing_value = "", conflicts_with = "rule")]
    pub(super) names: Option<String>,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const RULES_HELP: &str = "\
Examples:
  whimbrel rules                                  each with its severity, and who set it
  whimbrel rules --format markdown > rules.md     a page with their reasons and examples";

/// Arguments of `rules`.
#[derive(Debug, Args)]
#[command(after_help = RULES_HELP)]
pub(super) struct RulesArguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = RulesFormat::Table)]
    pub(super) format: RulesFormat,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const NEW_HELP: &str = "\
Examples:
  whimbrel new rule --from shop/migrations/0007_status.py:12 >> team.rules
  whimbrel new pack acme";

/// What can be started.
#[derive(Debug, Subcommand)]
#[command(after_help = NEW_HELP)]
pub(super) enum NewCommand {
    /// Print a rule that reports an operation of a migration, with examples that pass
    Rule(NewRuleArguments),
    /// Write the folder of a pack: its manifest, a first rule with examples, and a README
    Pack(NewPackArguments),
}

const NEW_RULE_HELP: &str = "\
Example:
  whimbrel new rule --from shop/migrations/0007_status.py:12 >> team.rules";

/// Arguments of `new rule`.
#[derive(Debug, Args)]
#[command(after_help = NEW_RULE_HELP)]
pub(super) struct NewRuleArguments {
    /// A migration, and a line of the operation
    #[arg(long, value_name = "FILE:LINE")]
    pub(super) from: String,
    /// Id of the rule
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
}

const NEW_PACK_HELP: &str = "\
Example:
  whimbrel new pack acme --folder ci/acme-rules && whimbrel test ci/acme-rules";

/// Arguments of `new pack`.
#[derive(Debug, Args)]
#[command(after_help = NEW_PACK_HELP)]
pub(super) struct NewPackArguments {
    /// Name of the pack: the first part of its rules' ids
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// Folder to write; without it, one of the pack's name
    #[arg(long, value_name = "FOLDER")]
    pub(super) folder: Option<PathBuf>,
}

/// The commands about packs.
#[derive(Debug, Subcommand)]
#[command(after_help = PACKS_HELP)]
pub(super) enum PacksCommand {
    /// Pin the packs that are not pinned yet, and fetch those that are missing here
    Lock(PacksLockArguments),
    /// Take packs as they are now, and pin them; without names: all
    Update(PacksUpdateArguments),
    /// Show what an update would change in the rules, and in what they find in this repository
    Diff(PacksDiffArguments),
    /// List the packs of this project
    List(PacksListArguments),
}

const PACKS_HELP: &str = "\
A pack is a folder of rule files with a `pack.toml`. The configuration names packs:

  [packs]
  acme  = { git = \"https://example.org/acme/rules\", rev = \"v2.3.0\" }   # a tag, a branch or a commit
  money = { python = \"acme-money-rules\" }                              # an installed Python package
  local = { path = \"ci/local\" }                                        # a folder; never pinned

`lock`, `update` and `diff` are the only commands that may use the network. Everything else takes
the packs as `whimbrel.lock` pins them, from the copies that were fetched, and refuses a copy that
differs. Copies are kept in the folder of git; WHIMBREL_CACHE_DIR names another place.

Examples:
  whimbrel packs lock                             after a pack was added to the configuration
  whimbrel packs update acme                      take it as it is now";

const PACKS_LOCK_HELP: &str = "\
Examples:
  whimbrel packs lock                             after a pack was added to the configuration
  whimbrel packs lock --check                     in CI";

/// Arguments of `packs lock`.
#[derive(Debug, Args)]
#[command(after_help = PACKS_LOCK_HELP)]
pub(super) struct PacksLockArguments {
    /// Change and fetch nothing; fail when the lock file is out of date
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const PACKS_UPDATE_HELP: &str = "\
Examples:
  whimbrel packs update                           all of them
  whimbrel packs update acme                      one; `packs diff acme` shows what it would change";

/// Arguments of `packs update`.
#[derive(Debug, Args)]
#[command(after_help = PACKS_UPDATE_HELP)]
pub(super) struct PacksUpdateArguments {
    /// Names of packs
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const PACKS_DIFF_HELP: &str = "\
Example:
  whimbrel packs diff acme

Exit status: 0 the same findings, 1 others, 2 a pack can't be used.";

/// Arguments of `packs diff`.
#[derive(Debug, Args)]
#[command(after_help = PACKS_DIFF_HELP)]
pub(super) struct PacksDiffArguments {
    /// Names of packs; none: all
    #[arg(value_name = "PACK")]
    pub(super) packs: Vec<String>,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

const PACKS_LIST_HELP: &str = "\
Example:
  whimbrel packs list --format json";

/// Arguments of `packs list`.
#[derive(Debug, Args)]
#[command(after_help = PACKS_LIST_HELP)]
pub(super) struct PacksListArguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Table)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = PLAN_HELP)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    /// table (default), json, or markdown for a pull request
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PlanForm::Table)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(super) format: PlanForm,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Say less: not why there is nothing to show
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// Forms of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanForm {
    /// For people
    Table,
    /// For programs
    Json,
    /// For the description of a pull request
    Markdown,
}

const PLAN_HELP: &str = "\
Phases:
  any          old and new code work before and after it
  pre-deploy   new code needs it: run it before the new code starts
  post-deploy  it breaks old code: run it when the old code is gone
  split        one of the two fails whenever it runs: make it several releases
  unknown      something of it can't be told

Examples:
  whimbrel plan                                 what is staged
  whimbrel plan shop/migrations/0007_status.py  one migration
  whimbrel plan --since origin/main --format markdown

Exit status: 0, 1 when a file can't be read, 2 wrong usage, configuration or rules.";

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
The state is replayed from the working tree, with the rules of Django's ProjectState. What only
running Python can tell stands in ⟨…⟩; behind a `?` is the reason why more may differ. In JSON it is
{\"unknown\": \"source text\"}.

Examples:
  whimbrel state shop                             after its latest migration
  whimbrel state shop 0007                        after that one
  whimbrel state shop --format json";

/// Forms of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

/// Forms of the list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// A page with everything that each rule says of itself
    Markdown,
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

/// `sarif`, or `sarif=out.sarif`.
#[derive(Clone, Debug)]
pub(super) struct ReportArgument {
    pub(super) format: Format,
    /// Where it goes; `None` for standard output, or `--output-file`.
    pub(super) file: Option<PathBuf>,
}

fn report(text: &str) -> Result<ReportArgument, String> {
    let (word, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file behind `=`".to_owned()),
        Some((word, file)) => (word, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let words: Vec<&str> = Format::words().collect();
    match Format::from_word(word) {
        Some(format) => Ok(ReportArgument { format, file }),
        None => Err(match did_you_mean(word, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", words.join(", ")),
        }),
    }
}

fn fail_on(word: &str) -> Result<FailOn, String> {
    FailOn::from_word(word).ok_or_else(|| format!("it is one of {}", FailOn::WORDS.join(", ")))
}
