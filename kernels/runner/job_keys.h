/* The grammar of JOB as tables: one line per key, with its block, form and range. */
#ifndef RUNNER_JOB_KEYS_H
#define RUNNER_JOB_KEYS_H
#include "job.h"

enum key_form { KEY_INT, KEY_STRING, KEY_ARG };
enum key_need {
    NEED = 1,          /* must be there */
    NEED_KERNEL = 2,   /* must be there for this kind; not allowed for a kind it does not name */
    NEED_NETWORK = 4,
    NEED_PROGRAM = 8,
    MAY_KERNEL = 16,
    NEED_PRODUCT = 32, /* sensors of this form only */
    MAY_PROGRAM = 64,
    MAY_NETWORK = 128,
    MAY = 256,         /* of the head: 0 when it is not there */
};
struct job_key {
    const char *name;
    size_t offset;
    enum key_form form;
    unsigned need;
    int64_t low, high;              /* range of a number; longest string */
    bool (*accepts)(const char *);  /* NULL = any string */
    const char *wanted;             /* what `accepts` wants, for the error */
};
extern const struct job_key job_head_keys[], job_sensor_keys[], job_item_keys[]; /* each ends with name NULL */
#endif
