/* Answers llama.cpp's question for every node of a graph, so that Python is asked only of the few
 * it wants: 30 times a token of the starter model instead of 1,446. Read by expert_picks.py.
 *
 * Needs no header of ggml: where a tensor's name lies is told, as it is another in other builds. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

struct tap {
    size_t name_offset;
    const char *prefix;
    size_t prefix_bytes;
    bool (*computed)(const char *tensor);
    bool watching;
};

/* ggml-backend.h: ggml_backend_sched_eval_callback; `tap` is its user data. */
EXPORTED bool coterie_expert_tap(const char *tensor, bool before, const struct tap *tap) {
    if (!before) return tap->computed(tensor);
    return tap->watching && !strncmp(tensor + tap->name_offset, tap->prefix, tap->prefix_bytes);
}

#ifdef _WIN32
/* setuptools exports it on Windows as that of a Python module, which this is not. */
EXPORTED void *PyInit_expert_tap(void) { return NULL; }
#endif
