// The web pages as part of the program, byte for byte: each file of Sources/SentryDashboard/Pages has its place here twice.
#include "CPages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char api_js[] = {
#embed "../SentryDashboard/Pages/api.js"
};

static const unsigned char app_js[] = {
#embed "../SentryDashboard/Pages/app.js"
};

static const unsigned char applications_applications_js[] = {
#embed "../SentryDashboard/Pages/applications/applications.js"
};

static const unsigned char applications_choice_js[] = {
#embed "../SentryDashboard/Pages/applications/choice.js"
};

static const unsigned char applications_permissions_js[] = {
#embed "../SentryDashboard/Pages/applications/permissions.js"
};

static const unsigned char applications_policy_js[] = {
#embed "../SentryDashboard/Pages/applications/policy.js"
};

static const unsigned char applications_programs_js[] = {
#embed "../SentryDashboard/Pages/applications/programs.js"
};

static const unsigned char applications_settled_js[] = {
#embed "../SentryDashboard/Pages/applications/settled.js"
};

static const unsigned char applications_temporary_js[] = {
#embed "../SentryDashboard/Pages/applications/temporary.js"
};

static const unsigned char applications_waiting_js[] = {
#embed "../SentryDashboard/Pages/applications/waiting.js"
};

static const unsigned char header_js[] = {
#embed "../SentryDashboard/Pages/header.js"
};

static const unsigned char health_facts_js[] = {
#embed "../SentryDashboard/Pages/health/facts.js"
};

static const unsigned char health_health_js[] = {
#embed "../SentryDashboard/Pages/health/health.js"
};

static const unsigned char health_interface_edit_js[] = {
#embed "../SentryDashboard/Pages/health/interface-edit.js"
};

static const unsigned char health_interfaces_js[] = {
#embed "../SentryDashboard/Pages/health/interfaces.js"
};

static const unsigned char health_rollback_js[] = {
#embed "../SentryDashboard/Pages/health/rollback.js"
};

static const unsigned char health_sentences_js[] = {
#embed "../SentryDashboard/Pages/health/sentences.js"
};

static const unsigned char health_switches_js[] = {
#embed "../SentryDashboard/Pages/health/switches.js"
};

static const unsigned char icon_svg[] = {
#embed "../SentryDashboard/Pages/icon.svg"
};

static const unsigned char index_html[] = {
#embed "../SentryDashboard/Pages/index.html"
};

static const unsigned char live_js[] = {
#embed "../SentryDashboard/Pages/live.js"
};

static const unsigned char log_log_js[] = {
#embed "../SentryDashboard/Pages/log/log.js"
};

static const unsigned char log_places_js[] = {
#embed "../SentryDashboard/Pages/log/places.js"
};

static const unsigned char log_rows_js[] = {
#embed "../SentryDashboard/Pages/log/rows.js"
};

static const unsigned char log_stream_js[] = {
#embed "../SentryDashboard/Pages/log/stream.js"
};

static const unsigned char pages_css[] = {
#embed "../SentryDashboard/Pages/pages.css"
};

static const unsigned char parts_addresses_js[] = {
#embed "../SentryDashboard/Pages/parts/addresses.js"
};

static const unsigned char parts_chart_draw_js[] = {
#embed "../SentryDashboard/Pages/parts/chart-draw.js"
};

static const unsigned char parts_chart_keys_js[] = {
#embed "../SentryDashboard/Pages/parts/chart-keys.js"
};

static const unsigned char parts_chart_scale_js[] = {
#embed "../SentryDashboard/Pages/parts/chart-scale.js"
};

static const unsigned char parts_chart_table_js[] = {
#embed "../SentryDashboard/Pages/parts/chart-table.js"
};

static const unsigned char parts_chart_js[] = {
#embed "../SentryDashboard/Pages/parts/chart.js"
};

static const unsigned char parts_clock_js[] = {
#embed "../SentryDashboard/Pages/parts/clock.js"
};

static const unsigned char parts_data_table_js[] = {
#embed "../SentryDashboard/Pages/parts/data-table.js"
};

static const unsigned char parts_dialog_js[] = {
#embed "../SentryDashboard/Pages/parts/dialog.js"
};

static const unsigned char parts_dom_js[] = {
#embed "../SentryDashboard/Pages/parts/dom.js"
};

static const unsigned char parts_download_js[] = {
#embed "../SentryDashboard/Pages/parts/download.js"
};

static const unsigned char parts_format_js[] = {
#embed "../SentryDashboard/Pages/parts/format.js"
};

static const unsigned char parts_links_js[] = {
#embed "../SentryDashboard/Pages/parts/links.js"
};

static const unsigned char parts_master_js[] = {
#embed "../SentryDashboard/Pages/parts/master.js"
};

static const unsigned char parts_menu_js[] = {
#embed "../SentryDashboard/Pages/parts/menu.js"
};

static const unsigned char parts_packet_text_js[] = {
#embed "../SentryDashboard/Pages/parts/packet-text.js"
};

static const unsigned char parts_poll_js[] = {
#embed "../SentryDashboard/Pages/parts/poll.js"
};

static const unsigned char parts_programs_js[] = {
#embed "../SentryDashboard/Pages/parts/programs.js"
};

static const unsigned char parts_seen_js[] = {
#embed "../SentryDashboard/Pages/parts/seen.js"
};

static const unsigned char parts_verdicts_js[] = {
#embed "../SentryDashboard/Pages/parts/verdicts.js"
};

static const unsigned char parts_words_js[] = {
#embed "../SentryDashboard/Pages/parts/words.js"
};

static const unsigned char questions_js[] = {
#embed "../SentryDashboard/Pages/questions.js"
};

static const unsigned char parts_kept_js[] = {
#embed "../SentryDashboard/Pages/parts/kept.js"
};
static const unsigned char rules_applied_js[] = {
#embed "../SentryDashboard/Pages/rules/applied.js"
};

static const unsigned char rules_apply_js[] = {
#embed "../SentryDashboard/Pages/rules/apply.js"
};

static const unsigned char rules_cell_edit_js[] = {
#embed "../SentryDashboard/Pages/rules/cell-edit.js"
};

static const unsigned char rules_counters_js[] = {
#embed "../SentryDashboard/Pages/rules/counters.js"
};

static const unsigned char rules_difference_js[] = {
#embed "../SentryDashboard/Pages/rules/difference.js"
};

static const unsigned char rules_draft_bar_js[] = {
#embed "../SentryDashboard/Pages/rules/draft-bar.js"
};

static const unsigned char rules_draft_js[] = {
#embed "../SentryDashboard/Pages/rules/draft.js"
};

static const unsigned char rules_findings_js[] = {
#embed "../SentryDashboard/Pages/rules/findings.js"
};

static const unsigned char rules_outline_keys_js[] = {
#embed "../SentryDashboard/Pages/rules/outline-keys.js"
};

static const unsigned char rules_outline_mouse_js[] = {
#embed "../SentryDashboard/Pages/rules/outline-mouse.js"
};

static const unsigned char rules_outline_row_js[] = {
#embed "../SentryDashboard/Pages/rules/outline-row.js"
};

static const unsigned char rules_outline_js[] = {
#embed "../SentryDashboard/Pages/rules/outline.js"
};

static const unsigned char rules_page_keys_js[] = {
#embed "../SentryDashboard/Pages/rules/page-keys.js"
};
static const unsigned char rules_rule_acts_js[] = {
#embed "../SentryDashboard/Pages/rules/rule-acts.js"
};

static const unsigned char rules_rule_form_js[] = {
#embed "../SentryDashboard/Pages/rules/rule-form.js"
};

static const unsigned char rules_rule_text_js[] = {
#embed "../SentryDashboard/Pages/rules/rule-text.js"
};

static const unsigned char rules_rule_tree_js[] = {
#embed "../SentryDashboard/Pages/rules/rule-tree.js"
};

static const unsigned char rules_rules_bar_js[] = {
#embed "../SentryDashboard/Pages/rules/rules-bar.js"
};

static const unsigned char rules_rules_css[] = {
#embed "../SentryDashboard/Pages/rules/rules.css"
};

static const unsigned char rules_rules_js[] = {
#embed "../SentryDashboard/Pages/rules/rules.js"
};

static const unsigned char rules_selection_js[] = {
#embed "../SentryDashboard/Pages/rules/selection.js"
};

static const unsigned char rules_suggest_js[] = {
#embed "../SentryDashboard/Pages/rules/suggest.js"
};

static const unsigned char rules_vocabulary_js[] = {
#embed "../SentryDashboard/Pages/rules/vocabulary.js"
};

static const unsigned char rules_why_js[] = {
#embed "../SentryDashboard/Pages/rules/why.js"
};

static const unsigned char session_js[] = {
#embed "../SentryDashboard/Pages/session.js"
};

static const unsigned char style_css[] = {
#embed "../SentryDashboard/Pages/style.css"
};

static const unsigned char theme_js[] = {
#embed "../SentryDashboard/Pages/theme.js"
};

static const unsigned char traffic_connections_js[] = {
#embed "../SentryDashboard/Pages/traffic/connections.js"
};

static const unsigned char traffic_tops_js[] = {
#embed "../SentryDashboard/Pages/traffic/tops.js"
};

static const unsigned char traffic_traffic_js[] = {
#embed "../SentryDashboard/Pages/traffic/traffic.js"
};

static const unsigned char trial_js[] = {
#embed "../SentryDashboard/Pages/trial.js"
};

static const unsigned char triggered_changes_js[] = {
#embed "../SentryDashboard/Pages/triggered/changes.js"
};

static const unsigned char triggered_dialogs_js[] = {
#embed "../SentryDashboard/Pages/triggered/dialogs.js"
};

static const unsigned char triggered_panel_js[] = {
#embed "../SentryDashboard/Pages/triggered/panel.js"
};

static const unsigned char triggered_triggered_js[] = {
#embed "../SentryDashboard/Pages/triggered/triggered.js"
};

static const struct sentry_page pages[] = {
  {"api.js", api_js, sizeof api_js},
  {"app.js", app_js, sizeof app_js},
  {"applications/applications.js", applications_applications_js, sizeof applications_applications_js},
  {"applications/choice.js", applications_choice_js, sizeof applications_choice_js},
  {"applications/permissions.js", applications_permissions_js, sizeof applications_permissions_js},
  {"applications/policy.js", applications_policy_js, sizeof applications_policy_js},
  {"applications/programs.js", applications_programs_js, sizeof applications_programs_js},
  {"applications/settled.js", applications_settled_js, sizeof applications_settled_js},
  {"applications/temporary.js", applications_temporary_js, sizeof applications_temporary_js},
  {"applications/waiting.js", applications_waiting_js, sizeof applications_waiting_js},
  {"header.js", header_js, sizeof header_js},
  {"health/facts.js", health_facts_js, sizeof health_facts_js},
  {"health/health.js", health_health_js, sizeof health_health_js},
  {"health/interface-edit.js", health_interface_edit_js, sizeof health_interface_edit_js},
  {"health/interfaces.js", health_interfaces_js, sizeof health_interfaces_js},
  {"health/rollback.js", health_rollback_js, sizeof health_rollback_js},
  {"health/sentences.js", health_sentences_js, sizeof health_sentences_js},
  {"health/switches.js", health_switches_js, sizeof health_switches_js},
  {"icon.svg", icon_svg, sizeof icon_svg},
  {"index.html", index_html, sizeof index_html},
  {"live.js", live_js, sizeof live_js},
  {"log/log.js", log_log_js, sizeof log_log_js},
  {"log/places.js", log_places_js, sizeof log_places_js},
  {"log/rows.js", log_rows_js, sizeof log_rows_js},
  {"log/stream.js", log_stream_js, sizeof log_stream_js},
  {"pages.css", pages_css, sizeof pages_css},
  {"parts/addresses.js", parts_addresses_js, sizeof parts_addresses_js},
  {"parts/chart-draw.js", parts_chart_draw_js, sizeof parts_chart_draw_js},
  {"parts/chart-keys.js", parts_chart_keys_js, sizeof parts_chart_keys_js},
  {"parts/chart-scale.js", parts_chart_scale_js, sizeof parts_chart_scale_js},
  {"parts/chart-table.js", parts_chart_table_js, sizeof parts_chart_table_js},
  {"parts/chart.js", parts_chart_js, sizeof parts_chart_js},
  {"parts/clock.js", parts_clock_js, sizeof parts_clock_js},
  {"parts/data-table.js", parts_data_table_js, sizeof parts_data_table_js},
  {"parts/dialog.js", parts_dialog_js, sizeof parts_dialog_js},
  {"parts/dom.js", parts_dom_js, sizeof parts_dom_js},
  {"parts/download.js", parts_download_js, sizeof parts_download_js},
  {"parts/format.js", parts_format_js, sizeof parts_format_js},
  {"parts/links.js", parts_links_js, sizeof parts_links_js},
  {"parts/master.js", parts_master_js, sizeof parts_master_js},
  {"parts/menu.js", parts_menu_js, sizeof parts_menu_js},
  {"parts/packet-text.js", parts_packet_text_js, sizeof parts_packet_text_js},
  {"parts/poll.js", parts_poll_js, sizeof parts_poll_js},
  {"parts/programs.js", parts_programs_js, sizeof parts_programs_js},
  {"parts/seen.js", parts_seen_js, sizeof parts_seen_js},
  {"parts/verdicts.js", parts_verdicts_js, sizeof parts_verdicts_js},
  {"parts/words.js", parts_words_js, sizeof parts_words_js},
  {"questions.js", questions_js, sizeof questions_js},
  {"parts/kept.js", parts_kept_js, sizeof parts_kept_js},
  {"rules/applied.js", rules_applied_js, sizeof rules_applied_js},
  {"rules/apply.js", rules_apply_js, sizeof rules_apply_js},
  {"rules/cell-edit.js", rules_cell_edit_js, sizeof rules_cell_edit_js},
  {"rules/counters.js", rules_counters_js, sizeof rules_counters_js},
  {"rules/difference.js", rules_difference_js, sizeof rules_difference_js},
  {"rules/draft-bar.js", rules_draft_bar_js, sizeof rules_draft_bar_js},
  {"rules/draft.js", rules_draft_js, sizeof rules_draft_js},
  {"rules/findings.js", rules_findings_js, sizeof rules_findings_js},
  {"rules/outline-keys.js", rules_outline_keys_js, sizeof rules_outline_keys_js},
  {"rules/outline-mouse.js", rules_outline_mouse_js, sizeof rules_outline_mouse_js},
  {"rules/outline-row.js", rules_outline_row_js, sizeof rules_outline_row_js},
  {"rules/outline.js", rules_outline_js, sizeof rules_outline_js},
  {"rules/page-keys.js", rules_page_keys_js, sizeof rules_page_keys_js},
  {"rules/rule-acts.js", rules_rule_acts_js, sizeof rules_rule_acts_js},
  {"rules/rule-form.js", rules_rule_form_js, sizeof rules_rule_form_js},
  {"rules/rule-text.js", rules_rule_text_js, sizeof rules_rule_text_js},
  {"rules/rule-tree.js", rules_rule_tree_js, sizeof rules_rule_tree_js},
  {"rules/rules-bar.js", rules_rules_bar_js, sizeof rules_rules_bar_js},
  {"rules/rules.css", rules_rules_css, sizeof rules_rules_css},
  {"rules/rules.js", rules_rules_js, sizeof rules_rules_js},
  {"rules/selection.js", rules_selection_js, sizeof rules_selection_js},
  {"rules/suggest.js", rules_suggest_js, sizeof rules_suggest_js},
  {"rules/vocabulary.js", rules_vocabulary_js, sizeof rules_vocabulary_js},
  {"rules/why.js", rules_why_js, sizeof rules_why_js},
  {"session.js", session_js, sizeof session_js},
  {"style.css", style_css, sizeof style_css},
  {"theme.js", theme_js, sizeof theme_js},
  {"traffic/connections.js", traffic_connections_js, sizeof traffic_connections_js},
  {"traffic/tops.js", traffic_tops_js, sizeof traffic_tops_js},
  {"traffic/traffic.js", traffic_traffic_js, sizeof traffic_traffic_js},
  {"trial.js", trial_js, sizeof trial_js},
  {"triggered/changes.js", triggered_changes_js, sizeof triggered_changes_js},
  {"triggered/dialogs.js", triggered_dialogs_js, sizeof triggered_dialogs_js},
  {"triggered/panel.js", triggered_panel_js, sizeof triggered_panel_js},
  {"triggered/triggered.js", triggered_triggered_js, sizeof triggered_triggered_js},
};

size_t sentry_page_count(void) { return sizeof pages / sizeof *pages; }

const struct sentry_page *sentry_page_at(size_t index) { return &pages[index]; }
