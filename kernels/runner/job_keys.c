#include "job_keys.h"
#include "codes.h"
#include <string.h>

static bool alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

static bool is_name(const char *name, const char *marks, size_t most) {
    size_t n = strlen(name);
    if (n == 0 || n > most || !alnum(name[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!alnum(name[i]) && strchr(marks, name[i]) == NULL)
            return false;
    return true;
}

bool name_is_run(const char *name) { return is_name(name, "._-", 64); }

bool name_is_id(const char *name) { return is_name(name, "._:-", 128); }

bool name_is_sha256(const char *name) {
    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

static bool is_path(const char *s) { return s[0] == '/'; }

/* An op, a scheme or a variant: what registry names are made of, or nothing. */
static bool is_word(const char *s) { return s[0] == 0 || is_name(s, "_", 96); }

/* Who holds the lease is printed on other people's terminals. */
static bool is_printable(const char *s) {
    for (; *s != 0; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

bool name_is_form(const char *s) {
    return strcmp(s, "power") == 0 || strcmp(s, "product") == 0 || strcmp(s, "energy") == 0 ||
           (HAS_ARM_SENSORS && strcmp(s, "pmic") == 0);
}

static bool is_kind(const char *s) {
    return strcmp(s, "kernel") == 0 || strcmp(s, "network") == 0 || strcmp(s, "program") == 0;
}

#define PATHS (PATH_ROOM / 2)
#define YEAR_S (366LL * 86400)
#define HOUR_NS 3600000000000LL
#define INT(key, need, low, high) #key, offsetof(struct OF, key), KEY_INT, need, low, high, NULL, NULL
#define STR(key, need, most, accepts, wanted) \
    #key, offsetof(struct OF, key), KEY_STRING, need, 0, most, accepts, wanted

#define OF job
const struct job_key job_head_keys[] = {
    {INT(deadline_s, NEED, 1, YEAR_S)},
    {INT(budget_s, NEED, 0, YEAR_S)},
    {INT(seed, NEED, INT64_MIN + 1, INT64_MAX)},
    {INT(repetitions_min, NEED, 1, 1000)},
    {INT(repetitions_max, NEED, 1, 1000)},
    {INT(samples, NEED, 1, SAMPLES_MAX)},
    {INT(sample_min_ns, NEED, 1, HOUR_NS)},
    {INT(warmup_ns, NEED, 0, HOUR_NS)},
    {INT(precision_ppm, NEED, 0, 1000000)},
    {INT(peaks, NEED, 0, 1)},
    {INT(idle_ns, NEED, 0, HOUR_NS)},
    {INT(meters, MAY, 0, 1)},
    {INT(step_ns, MAY, 0, HOUR_NS)},
    {INT(cost_pairs, MAY, 0, JOB_COST_PAIRS_MAX)},
    {INT(cool_mc, NEED, 0, 200000)},
    {INT(cool_round_mc, NEED, 0, 200000)},
    {INT(cool_cap_ns, NEED, 0, HOUR_NS)},
    {"items", offsetof(struct job, items_to_come), KEY_INT, NEED, 1, JOB_ITEMS_MAX, NULL, NULL},
    {STR(run, NEED, 64, name_is_run, "a run name")},
    {STR(holder, NEED, 256, is_printable, "printable text")},
    {STR(runner, NEED, 64, name_is_sha256, "a sha256")},
    {STR(lease, NEED, PATHS, is_path, "an absolute path")},
    {STR(isa_mask, NEED, 1024, is_printable, "feature names")},
    {STR(root, NEED, PATHS / 2, is_path, "an absolute path")},
    {0},
};
#undef OF
#define OF job_sensor
const struct job_key job_sensor_keys[] = {
    {STR(id, NEED, 128, name_is_id, "an id")},
    {"form", offsetof(struct job_sensor, form_name), KEY_STRING, NEED, 0, 16, name_is_form, "power, product or energy"},
    {STR(path, NEED, PATHS / 2, is_path, "an absolute path")},
    {STR(path2, NEED_PRODUCT, PATHS / 2, is_path, "an absolute path")},
    {INT(period_ns, NEED, 1000000, 60000000000LL)},
    {0},
};
#undef OF
#define OF job_item
const struct job_key job_item_keys[] = {
    {STR(id, NEED, 128, name_is_id, "an id")},
    {"kind", offsetof(struct job_item, kind_name), KEY_STRING, NEED, 0, 16, is_kind, "kernel, network or program"},
    {STR(op, NEED_KERNEL | MAY_PROGRAM, 96, is_word, "an op")},
    {STR(scheme, NEED_KERNEL | MAY_PROGRAM, 96, is_word, "a scheme")},
    {STR(variant, MAY_KERNEL, 96, is_word, "a variant")},
    {INT(m, NEED_KERNEL | MAY_PROGRAM, 1, 1 << 20)},
    {INT(n, NEED_KERNEL | MAY_PROGRAM, 1, 1 << 20)},
    {INT(k, NEED_KERNEL | MAY_PROGRAM, 1, 1 << 20)},
    {INT(h, MAY_KERNEL, 1, 1 << 12)},
    {INT(w, MAY_KERNEL, 1, 1 << 12)},
    {INT(window, MAY_KERNEL, 1, 15)},
    {INT(stride, MAY_KERNEL, 1, 15)},
    {INT(groups, MAY_KERNEL, 1, 1 << 20)},
    {STR(plan, NEED_NETWORK, 64, name_is_sha256, "a sha256")},
    {STR(input, NEED_NETWORK, 64, name_is_sha256, "a sha256")},
    {STR(expected, NEED_NETWORK | MAY_PROGRAM, 64, name_is_sha256, "a sha256")},
    {INT(tolerance_ppm, NEED_NETWORK | NEED_PROGRAM, 0, 1000000)},
    {INT(layers, MAY_NETWORK, 0, 1)},
    {INT(sustain_ns, MAY_KERNEL | MAY_NETWORK, 1000000, 24 * HOUR_NS)},
    {INT(pace_ns, MAY_KERNEL | MAY_NETWORK, 100000, HOUR_NS)},
    {INT(unchecked, MAY_PROGRAM, 0, 1)},
    {INT(whole, MAY_PROGRAM, 0, 1)},
    {"arg", offsetof(struct job_item, args), KEY_ARG, NEED_PROGRAM, 0, JOB_STRING_MAX, NULL, NULL},
    {INT(threads, NEED, 1, 4096)},
    {STR(cores, NEED, 1024, is_printable, "cores")},
    {INT(timeout_s, NEED, 1, 86400)},
    {INT(energy_windows, NEED, 0, 100)},
    {INT(energy_window_ns, NEED, 0, HOUR_NS)},
    {0},
};
