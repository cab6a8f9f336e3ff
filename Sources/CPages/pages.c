// The web pages as part of the program, byte for byte: each file of Sources/SentryDashboard/Pages has its place here twice.
#include "CPages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char addresses_js[] = {
#embed "../SentryDashboard/Pages/addresses.js"
};

static const unsigned char api_js[] = {
#embed "../SentryDashboard/Pages/api.js"
};

static const unsigned char app_js[] = {
#embed "../SentryDashboard/Pages/app.js"
};

static const unsigned char apply_js[] = {
#embed "../SentryDashboard/Pages/apply.js"
};

static const unsigned char cell_edit_js[] = {
#embed "../SentryDashboard/Pages/cell-edit.js"
};

static const unsigned char chart_draw_js[] = {
#embed "../SentryDashboard/Pages/chart-draw.js"
};

static const unsigned char chart_keys_js[] = {
#embed "../SentryDashboard/Pages/chart-keys.js"
};

static const unsigned char chart_scale_js[] = {
#embed "../SentryDashboard/Pages/chart-scale.js"
};

static const unsigned char chart_table_js[] = {
#embed "../SentryDashboard/Pages/chart-table.js"
};

static const unsigned char chart_js[] = {
#embed "../SentryDashboard/Pages/chart.js"
};

static const unsigned char connections_js[] = {
#embed "../SentryDashboard/Pages/connections.js"
};

static const unsigned char counters_js[] = {
#embed "../SentryDashboard/Pages/counters.js"
};

static const unsigned char data_table_js[] = {
#embed "../SentryDashboard/Pages/data-table.js"
};

static const unsigned char dialog_js[] = {
#embed "../SentryDashboard/Pages/dialog.js"
};

static const unsigned char difference_js[] = {
#embed "../SentryDashboard/Pages/difference.js"
};

static const unsigned char dom_js[] = {
#embed "../SentryDashboard/Pages/dom.js"
};

static const unsigned char download_js[] = {
#embed "../SentryDashboard/Pages/download.js"
};

static const unsigned char draft_bar_js[] = {
#embed "../SentryDashboard/Pages/draft-bar.js"
};

static const unsigned char draft_js[] = {
#embed "../SentryDashboard/Pages/draft.js"
};

static const unsigned char findings_js[] = {
#embed "../SentryDashboard/Pages/findings.js"
};

static const unsigned char format_js[] = {
#embed "../SentryDashboard/Pages/format.js"
};

static const unsigned char header_js[] = {
#embed "../SentryDashboard/Pages/header.js"
};

static const unsigned char health_facts_js[] = {
#embed "../SentryDashboard/Pages/health-facts.js"
};

static const unsigned char health_interfaces_js[] = {
#embed "../SentryDashboard/Pages/health-interfaces.js"
};

static const unsigned char health_rollback_js[] = {
#embed "../SentryDashboard/Pages/health-rollback.js"
};

static const unsigned char health_sentences_js[] = {
#embed "../SentryDashboard/Pages/health-sentences.js"
};

static const unsigned char health_switches_js[] = {
#embed "../SentryDashboard/Pages/health-switches.js"
};

static const unsigned char health_js[] = {
#embed "../SentryDashboard/Pages/health.js"
};

static const unsigned char icon_svg[] = {
#embed "../SentryDashboard/Pages/icon.svg"
};

static const unsigned char index_html[] = {
#embed "../SentryDashboard/Pages/index.html"
};

static const unsigned char interface_edit_js[] = {
#embed "../SentryDashboard/Pages/interface-edit.js"
};

static const unsigned char links_js[] = {
#embed "../SentryDashboard/Pages/links.js"
};

static const unsigned char live_js[] = {
#embed "../SentryDashboard/Pages/live.js"
};

static const unsigned char log_rows_js[] = {
#embed "../SentryDashboard/Pages/log-rows.js"
};

static const unsigned char log_stream_js[] = {
#embed "../SentryDashboard/Pages/log-stream.js"
};

static const unsigned char log_js[] = {
#embed "../SentryDashboard/Pages/log.js"
};

static const unsigned char menu_js[] = {
#embed "../SentryDashboard/Pages/menu.js"
};

static const unsigned char outline_keys_js[] = {
#embed "../SentryDashboard/Pages/outline-keys.js"
};

static const unsigned char outline_mouse_js[] = {
#embed "../SentryDashboard/Pages/outline-mouse.js"
};

static const unsigned char outline_row_js[] = {
#embed "../SentryDashboard/Pages/outline-row.js"
};

static const unsigned char outline_js[] = {
#embed "../SentryDashboard/Pages/outline.js"
};

static const unsigned char packet_text_js[] = {
#embed "../SentryDashboard/Pages/packet-text.js"
};

static const unsigned char pages_css[] = {
#embed "../SentryDashboard/Pages/pages.css"
};

static const unsigned char poll_js[] = {
#embed "../SentryDashboard/Pages/poll.js"
};

static const unsigned char rule_acts_js[] = {
#embed "../SentryDashboard/Pages/rule-acts.js"
};

static const unsigned char rule_form_js[] = {
#embed "../SentryDashboard/Pages/rule-form.js"
};

static const unsigned char rule_text_js[] = {
#embed "../SentryDashboard/Pages/rule-text.js"
};

static const unsigned char rule_tree_js[] = {
#embed "../SentryDashboard/Pages/rule-tree.js"
};

static const unsigned char rules_bar_js[] = {
#embed "../SentryDashboard/Pages/rules-bar.js"
};

static const unsigned char rules_css[] = {
#embed "../SentryDashboard/Pages/rules.css"
};

static const unsigned char rules_js[] = {
#embed "../SentryDashboard/Pages/rules.js"
};

static const unsigned char selection_js[] = {
#embed "../SentryDashboard/Pages/selection.js"
};

static const unsigned char session_js[] = {
#embed "../SentryDashboard/Pages/session.js"
};

static const unsigned char style_css[] = {
#embed "../SentryDashboard/Pages/style.css"
};

static const unsigned char suggest_js[] = {
#embed "../SentryDashboard/Pages/suggest.js"
};

static const unsigned char theme_js[] = {
#embed "../SentryDashboard/Pages/theme.js"
};

static const unsigned char traffic_tops_js[] = {
#embed "../SentryDashboard/Pages/traffic-tops.js"
};

static const unsigned char traffic_js[] = {
#embed "../SentryDashboard/Pages/traffic.js"
};

static const unsigned char trial_js[] = {
#embed "../SentryDashboard/Pages/trial.js"
};

static const unsigned char triggered_changes_js[] = {
#embed "../SentryDashboard/Pages/triggered-changes.js"
};

static const unsigned char triggered_dialogs_js[] = {
#embed "../SentryDashboard/Pages/triggered-dialogs.js"
};

static const unsigned char triggered_panel_js[] = {
#embed "../SentryDashboard/Pages/triggered-panel.js"
};

static const unsigned char triggered_js[] = {
#embed "../SentryDashboard/Pages/triggered.js"
};

static const unsigned char verdicts_js[] = {
#embed "../SentryDashboard/Pages/verdicts.js"
};

static const unsigned char vocabulary_js[] = {
#embed "../SentryDashboard/Pages/vocabulary.js"
};

static const unsigned char why_js[] = {
#embed "../SentryDashboard/Pages/why.js"
};

static const unsigned char words_js[] = {
#embed "../SentryDashboard/Pages/words.js"
};

static const struct sentry_page pages[] = {
  {"addresses.js", addresses_js, sizeof addresses_js},
  {"api.js", api_js, sizeof api_js},
  {"app.js", app_js, sizeof app_js},
  {"apply.js", apply_js, sizeof apply_js},
  {"cell-edit.js", cell_edit_js, sizeof cell_edit_js},
  {"chart-draw.js", chart_draw_js, sizeof chart_draw_js},
  {"chart-keys.js", chart_keys_js, sizeof chart_keys_js},
  {"chart-scale.js", chart_scale_js, sizeof chart_scale_js},
  {"chart-table.js", chart_table_js, sizeof chart_table_js},
  {"chart.js", chart_js, sizeof chart_js},
  {"connections.js", connections_js, sizeof connections_js},
  {"counters.js", counters_js, sizeof counters_js},
  {"data-table.js", data_table_js, sizeof data_table_js},
  {"dialog.js", dialog_js, sizeof dialog_js},
  {"difference.js", difference_js, sizeof difference_js},
  {"dom.js", dom_js, sizeof dom_js},
  {"download.js", download_js, sizeof download_js},
  {"draft-bar.js", draft_bar_js, sizeof draft_bar_js},
  {"draft.js", draft_js, sizeof draft_js},
  {"findings.js", findings_js, sizeof findings_js},
  {"format.js", format_js, sizeof format_js},
  {"header.js", header_js, sizeof header_js},
  {"health-facts.js", health_facts_js, sizeof health_facts_js},
  {"health-interfaces.js", health_interfaces_js, sizeof health_interfaces_js},
  {"health-rollback.js", health_rollback_js, sizeof health_rollback_js},
  {"health-sentences.js", health_sentences_js, sizeof health_sentences_js},
  {"health-switches.js", health_switches_js, sizeof health_switches_js},
  {"health.js", health_js, sizeof health_js},
  {"icon.svg", icon_svg, sizeof icon_svg},
  {"index.html", index_html, sizeof index_html},
  {"interface-edit.js", interface_edit_js, sizeof interface_edit_js},
  {"links.js", links_js, sizeof links_js},
  {"live.js", live_js, sizeof live_js},
  {"log-rows.js", log_rows_js, sizeof log_rows_js},
  {"log-stream.js", log_stream_js, sizeof log_stream_js},
  {"log.js", log_js, sizeof log_js},
  {"menu.js", menu_js, sizeof menu_js},
  {"outline-keys.js", outline_keys_js, sizeof outline_keys_js},
  {"outline-mouse.js", outline_mouse_js, sizeof outline_mouse_js},
  {"outline-row.js", outline_row_js, sizeof outline_row_js},
  {"outline.js", outline_js, sizeof outline_js},
  {"packet-text.js", packet_text_js, sizeof packet_text_js},
  {"pages.css", pages_css, sizeof pages_css},
  {"poll.js", poll_js, sizeof poll_js},
  {"rule-acts.js", rule_acts_js, sizeof rule_acts_js},
  {"rule-form.js", rule_form_js, sizeof rule_form_js},
  {"rule-text.js", rule_text_js, sizeof rule_text_js},
  {"rule-tree.js", rule_tree_js, sizeof rule_tree_js},
  {"rules-bar.js", rules_bar_js, sizeof rules_bar_js},
  {"rules.css", rules_css, sizeof rules_css},
  {"rules.js", rules_js, sizeof rules_js},
  {"selection.js", selection_js, sizeof selection_js},
  {"session.js", session_js, sizeof session_js},
  {"style.css", style_css, sizeof style_css},
  {"suggest.js", suggest_js, sizeof suggest_js},
  {"theme.js", theme_js, sizeof theme_js},
  {"traffic-tops.js", traffic_tops_js, sizeof traffic_tops_js},
  {"traffic.js", traffic_js, sizeof traffic_js},
  {"trial.js", trial_js, sizeof trial_js},
  {"triggered-changes.js", triggered_changes_js, sizeof triggered_changes_js},
  {"triggered-dialogs.js", triggered_dialogs_js, sizeof triggered_dialogs_js},
  {"triggered-panel.js", triggered_panel_js, sizeof triggered_panel_js},
  {"triggered.js", triggered_js, sizeof triggered_js},
  {"verdicts.js", verdicts_js, sizeof verdicts_js},
  {"vocabulary.js", vocabulary_js, sizeof vocabulary_js},
  {"why.js", why_js, sizeof why_js},
  {"words.js", words_js, sizeof words_js},
};

size_t sentry_page_count(void) { return sizeof pages / sizeof *pages; }

const struct sentry_page *sentry_page_at(size_t index) { return &pages[index]; }
