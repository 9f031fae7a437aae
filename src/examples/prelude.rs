//! The imports that every example has without writing them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::language::Vocabulary;
use crate::migration::catalogue::{FIELDS, OPERATIONS};

/// What people take from elsewhere than `migrations` and `models`. An example's own imports and definitions come behind
/// these and win.
const STANDARD: &str = "\
import datetime
import decimal
import functools
import uuid
from decimal import Decimal
import django
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.functions import RandomUUID, TransactionNow
from django.contrib.postgres.indexes import BloomIndex, BrinIndex, BTreeIndex, GinIndex, GistIndex, HashIndex, SpGistIndex
from django.contrib.postgres.indexes import OpClass
from django.core import validators
from django.db import migrations, models
from django.db.models import Case, Count, Deferrable, Exists, ExpressionWrapper, F, Func, Max, Min, OuterRef, Q, Subquery
from django.db.models import Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Length, Lower, Now, Trunc, Upper
from django.utils import timezone
";

/// Where classes that a rule file declares are imported from: any module will do, they are known by their names.
const DECLARED: &str = "project.declared";

/// The imports: the standard ones, Django's operations and field classes by their bare names, and what rule files
/// declare.
pub(super) fn prelude(vocabulary: &Vocabulary) -> String {
    let mut text = STANDARD.to_owned();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let operations = OPERATIONS.iter().map(|entry| (entry.module, entry.name));
    // Of two classes with one name, the first is the one of `django.db.models`.
    for (module, name) in operations.chain(FIELDS.iter().map(|entry| (entry.module, entry.name))) {
        if known.insert(name) {
            let _ = writeln!(text, "from {module} import {name}");
        }
    }
    for kind in vocabulary.entities.iter().flat_map(|entity| &entity.kinds).filter(|kind| kind.declaration.is_some()) {
        let _ = writeln!(text, "from {DECLARED} import {}", kind.name);
    }
    text
}
