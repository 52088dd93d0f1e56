/* The bench of convolutions: the 16 3x3 ones of ResNet-18, each with batch norm, shortcut and signs in its call, and
 * the four of stride 1 that end in bits alone. dwconv: MobileNet's sizes. */
#include "check.h"
#include <stdio.h>
#include <string.h>

struct layer {
    size_t side, c, n, stride, times;
};
static const struct layer dense[] = {{56, 64, 64, 1, 4},    {56, 64, 128, 2, 1},  {28, 128, 128, 1, 3},
                                     {28, 128, 256, 2, 1},  {14, 256, 256, 1, 3}, {14, 256, 512, 2, 1},
                                     {7, 512, 512, 1, 3}};
static const struct layer depthwise[] = {{112, 64, 64, 1, 1}, {56, 128, 128, 1, 1}, {28, 256, 256, 1, 1},
                                         {14, 512, 512, 1, 1}, {7, 1024, 1024, 1, 1}};

static bool time_layer(const struct kernel_variant *v, const struct layer *l, struct case_options o, double peak,
                       bench_clock *median_ns, double sum[2]) {
    struct kernel_case c;
    char err[128];
    bool whole = strcmp(v->op, "dwconv") != 0;
    size_t out = (l->side - 1) / l->stride + 1;
    struct case_wish wish = {.variant = v, .options = o, .seed = 1, .memory = &case_plain_memory,
                             .shape = {.m = out * out, .n = l->n, .k = 9 * (whole ? l->c : 1), .h = l->side,
                                       .w = l->side, .window = 3, .stride = l->stride, .pad = 1,
                                       .groups = whole ? 1 : l->c}};
    if (!case_open(&c, &wish, err, sizeof err)) {
        printf("%s: %s\n", v->name, err);
        return false;
    }
    double ns = median_ns(&c);
    printf("%-34s %3zux%zux%zu -> %zu /%zu %s %9.1f us %10.1f GOPS %6.1f %% of peak\n", v->name, l->side, l->side,
           l->c, l->n, l->stride, o.epilogue == EPILOGUE_BITS ? "bits" : "all ", ns / 1000, c.ops / ns,
           peak > 0 ? 100e9 * c.ops / ns / peak : 0.0);
    fflush(stdout);
    sum[0] += (double)l->times * c.ops, sum[1] += (double)l->times * ns;
    case_close(&c);
    return true;
}

void bench_conv(const struct kernel_variant *v, double peak, bench_clock *median_ns) {
    bool whole = strcmp(v->op, "dwconv") != 0;
    const struct layer *layers = whole ? dense : depthwise;
    size_t count = whole ? sizeof dense / sizeof *dense : sizeof depthwise / sizeof *depthwise;
    struct case_options o = case_usual(v->op, v->scheme);
    double sum[2] = {0, 0}, unused[2] = {0, 0};
    for (size_t i = 0; i < count; i++)
        if (!time_layer(v, &layers[i], o, peak, median_ns, sum))
            return;
    printf("%-34s all %zu in turn %9.1f us %10.1f GOPS %6.1f %% of peak\n", v->name, whole ? (size_t)16 : count,
           sum[1] / 1000, sum[0] / sum[1], peak > 0 ? 100e9 * sum[0] / sum[1] / peak : 0.0);
    o = (struct case_options){.epilogue = EPILOGUE_BITS};
    for (size_t i = 0; i < count && strcmp(v->scheme, "w1a1") == 0; i++)
        if (layers[i].stride == 1 && !time_layer(v, &layers[i], o, peak, median_ns, unused))
            return;
}
