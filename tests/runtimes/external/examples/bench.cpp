// A Google Benchmark program as people have it; nothing in it knows of `harness`.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

static void BM_xnor(benchmark::State &state) {
    std::vector<uint64_t> a(state.range(0), 0x5555555555555555u), b(state.range(0), 0x3333333333333333u);
    for (auto _ : state) {
        int64_t sum = 0;
        for (size_t i = 0; i < a.size(); i++)
            sum += __builtin_popcountll(~(a[i] ^ b[i]));
        benchmark::DoNotOptimize(sum);
    }
}
BENCHMARK(BM_xnor)->Arg(64)->Arg(4096);
BENCHMARK_MAIN();
