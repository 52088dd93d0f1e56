#define _GNU_SOURCE
#include "state.h"
#include <stdio.h>
#include <string.h>

void ledger_frame(struct worker *w, size_t index, const struct text *json) {
    struct item_state *s = &w->items[index];
    spool_put(&w->spool, json);
    sha256_add(&s->digest, json->data, json->size);
    sha256_add(&s->digest, "\n", 1);
    s->count++;
    s->dirty = true;
}

void ledger_close(struct worker *w, size_t index, bool final) {
    struct item_state *s = &w->items[index];
    struct text json = {0};
    char hex[SHA256_HEX];
    sha256_hex(&s->digest, hex);
    json_open(&json, "item_end");
    json_str(&json, "item", w->job->items[index].id);
    json_bool(&json, "final", final);
    json_int(&json, "count", s->count);
    json_str(&json, "sha256", hex);
    json_str(&json, "boot_id_start", w->boot_id);
    json_str(&json, "boot_id_end", w->boot_id);
    json_str(&json, "status", s->status);
    json_str(&json, "stop", s->stop); /* "open" and yet the last close there is: then the worker died */
    if (s->words[0] != 0)
        json_str(&json, "words", s->words);
    json_close(&json);
    spool_put(&w->spool, &json);
    text_free(&json);
    s->dirty = false;
    s->final = final;
}

void ledger_fail(struct worker *w, size_t index, const char *status, const char *words) {
    struct item_state *s = &w->items[index];
    s->status = status;
    s->stop = "error";
    s->stopped = true;
    snprintf(s->words, sizeof s->words, "%s", words);
    ledger_close(w, index, true);
}
