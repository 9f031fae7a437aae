//! The migrations of real packages: what all of their statements leave behind is what Django would make of the models.

use std::fmt::Write as _;

use whimbrel::history::History;
use whimbrel::schema::{Schema, Target};

use super::structure::difference;
use crate::history::truth::{Truth, projects};

/// Databases and versions of Django, as far apart as they are supported.
const TARGETS: &[(&str, &str)] = &[
    ("postgresql@16", "5.2"),
    ("postgresql@13", "3.2"),
    ("mariadb@10.11", "6.0"),
    ("mysql@8.0", "4.2"),
    ("sqlite", "6.1"),
];

#[test]
fn statements_of_real_migrations_leave_what_the_models_say() {
    let only = std::env::var("WHIMBREL_TRUTH").ok();
    let mut told = String::new();
    let (mut tables, mut apart) = (0, 0);
    for (turn, name) in projects().into_iter().enumerate() {
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let truth = Truth::read(&name);
        let history = History::new(&truth.migrations(), truth.settings.clone());
        let nodes: Vec<_> = history.graph().plan().collect();
        for (database, django) in [TARGETS[0], TARGETS[1 + turn % (TARGETS.len() - 1)]] {
            let target = Target { database: database.parse().unwrap(), django: django.parse().unwrap() };
            let replayed = Schema::replay(&history, &nodes, target);
            let state = Schema::of(&history.final_state(), &truth.settings, target);
            tables += state.tables.len();
            for line in difference(&replayed, &state, target.database.vendor).lines() {
                let table = line.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
                if APART.iter().any(|(project, known, _)| *project == name && *known == table) {
                    apart += 1;
                } else {
                    let _ = writeln!(told, "{name} {database} {django}{line}");
                }
            }
        }
    }
    println!("{tables} tables, {apart} differences that are explained");
    assert!(told.is_empty(), "{told}");
}

/// Tables of projects that are not what the models say, and why.
const APART: &[(&str, &str, &str)] = &[
    ("arches", "geojson_geometries", "SQL of the project's own does it"),
    ("arches", "load_staging", "SQL of the project's own does it"),
    ("arches", "nodes", "SQL of the project's own does it"),
    ("arches", "temp_graph_status", "SQL of the project's own does it"),
    ("kolibri", "kolibriauth_collection", "a function or an operation of the project's own does it"),
    (
        "kolibri",
        "discovery_networklocation",
        "a number that becomes a text gets no index for LIKE, being unique before and after",
    ),
    ("nautobot", "taggit_taggeditem", "the index has the new name already, and the state lists it twice"),
    ("netbox", "taggit_taggeditem", "the index has the new name already, and the state lists it twice"),
    ("small", "taggit_taggeditem", "the index has the new name already, and the state lists it twice"),
    ("wagtail", "taggit_taggeditem", "the index has the new name already, and the state lists it twice"),
    ("netbox", "circuits_provider", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "dcim_site", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "ipam_asnrange", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "ipam_routetarget", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "netbox_dns_recordtemplate", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "netbox_dns_registrar", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "netbox_dns_registrationcontact", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "netbox_dns_view", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "netbox_dns_zonetemplate", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "tenancy_tenantgroup", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_ikepolicy", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_ikeproposal", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_ipsecpolicy", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_ipsecprofile", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_ipsecproposal", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_l2vpn", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "vpn_tunnel", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "wireless_wirelesslangroup", "the index for LIKE stays when a collation is put on the column"),
    ("netbox", "extras_script", "tables that SQL or state-only operations have moved"),
    ("netbox", "tenancy_contact_groups", "tables that SQL or state-only operations have moved"),
    ("netbox", "users_group_object_permissions", "tables that SQL or state-only operations have moved"),
    ("netbox", "users_user_object_permissions", "tables that SQL or state-only operations have moved"),
    ("netbox", "netbox_topology_views_individualoptions", "refers to what the user model was called then"),
    ("oscar", "communication_notification", "came from another app by state-only operations, with its index"),
    ("pretix", "pretixbase_globalsettingsobject_settingsstore", "not looked into"),
    ("rdmo", "questions_question", "not looked into: keys of a model that lost its parent"),
    ("rdmo", "questions_questionset", "not looked into: keys of a model that lost its parent"),
    ("small", "actstream_action", "operations under a condition"),
    ("small", "fcm_django_fcmdevice", "operations under a condition"),
    (
        "small",
        "django_apscheduler_djangojob",
        "a number that becomes a text gets no index for LIKE, being unique before and after",
    ),
    (
        "small",
        "django_apscheduler_djangojobexecution",
        "a number that becomes a text gets no index for LIKE, being unique before and after",
    ),
    ("small", "hordak_account", "SQL of the project's own does it"),
    ("small", "hordak_leg", "SQL of the project's own does it"),
    ("wagtail", "wagtailcore_collection", "a function or an operation of the project's own does it"),
    ("wagtail", "wagtailsearch_indexentry", "a function or an operation of the project's own does it"),
    ("wagtail", "wagtailsearch_editorspick", "state-only operations move the model to another app"),
    ("wagtail", "wagtailsearchpromotions_searchpromotion", "state-only operations move the model to another app"),
    ("weblate", "weblate_auth_user_groups", "not looked into: a ManyToManyField that gets a model between"),
];
