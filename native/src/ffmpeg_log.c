/* For pthread_cond_clockwait. */
#define _GNU_SOURCE

#include "retrovue_ffmpeg.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Below all of FFmpeg's levels: AV_LOG_QUIET is -8. */
#define NOTHING INT32_MIN

/* AV_LOG_ERROR: the last line of this level or worse is kept, for a caller that asks why a call failed. */
#define ERROR 16

/* The size of the buffer for one message; a longer one is cut. FFmpeg's own callback reads half of that. */
#define MESSAGE 2048

/* The first fields of an AVClass in every supported release. The first field of each object that logs is a pointer to one. */
struct class {
    const char *class_name;
    const char *(*item_name)(void *object);
};

/* A line whose end has not come yet. */
struct unfinished {
    struct rv_ff_line line;
    size_t length;
    bool is_cut;
    bool is_plain;  /* the format is only "%s", so it does not distinguish kinds */
    int64_t number; /* the count of lines that all threads have begun, when this one was begun */
};

static _Thread_local struct unfinished own;

static _Thread_local struct {
    struct rv_ff_line line;
    int64_t number;
} last_error;

static _Atomic int64_t begun;

static atomic_int threshold = NOTHING;
static _Atomic rv_ff_log_function otherwise;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct rv_ff_line lines[RV_FF_LINES];
static uint32_t first, count;
static int64_t lost;
static int32_t current;

static void put(const struct rv_ff_line *line)
{
    pthread_mutex_lock(&lock);
    if (count == RV_FF_LINES) {
        lost++;
    } else {
        lines[(first + count) % RV_FF_LINES] = *line;
        /* Wakes all: beside the reader, the reader of a run that has ended may still wait. */
        if (count++ == 0)
            pthread_cond_broadcast(&changed);
    }

    pthread_mutex_unlock(&lock);
}

/* Replaces the last bytes by the mark of a cut; a character that would be cut in two is removed as a whole. */
static void mark_cut(struct unfinished *it)
{
    size_t end = it->length > 3 ? it->length - 3 : 0;
    for (int i = 0; i < 3 && end > 0 && (it->line.text[end] & 0xC0) == 0x80; i++)
        end--;
    memcpy(it->line.text + end, "...", 3);
    it->length = end + 3;
}

/* FNV-1a. */
static uint64_t hash(uint64_t seed, const char *text)
{
    for (; *text != '\0'; text++)
        seed = (seed ^ (unsigned char)*text) * 0x100000001B3u;
    return seed;
}

static void finish(struct unfinished *it)
{
    if (it->is_cut)
        mark_cut(it);
    if (it->length > 0) {
        it->line.text[it->length] = '\0';
        if (it->is_plain)
            it->line.kind = hash(it->line.kind, it->line.text);
        if (it->line.level <= ERROR) {
            last_error.line = it->line;
            last_error.number = it->number;
        }

        if (it->line.level <= atomic_load_explicit(&threshold, memory_order_relaxed))
            put(&it->line);
    }

    it->length = 0;
    it->is_cut = false;
}

static void append(struct unfinished *it, char byte)
{
    bool is_control = ((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7F;
    if (it->length < RV_FF_TEXT - 1)
        it->line.text[it->length++] = is_control ? '?' : byte;
    else
        it->is_cut = true;
}

static void name_component(void *object, char name[RV_FF_COMPONENT])
{
    const struct class *class = object != NULL ? *(const struct class **)object : NULL;
    const char *text = class == NULL ? NULL : class->item_name != NULL ? class->item_name(object) : class->class_name;
    snprintf(name, RV_FF_COMPONENT, "%s", text != NULL ? text : "");
}

__attribute__((format(printf, 3, 0))) static void on_message(void *object, int level, const char *format, va_list arguments)
{
    /* The bits above the lowest byte are a colour. */
    int severity = level < 0 ? level : level & 0xFF;
    int wanted = atomic_load_explicit(&threshold, memory_order_relaxed);
    rv_ff_log_function other = wanted == NOTHING ? atomic_load(&otherwise) : NULL;
    if (other != NULL) {
        va_list again;
        va_copy(again, arguments);
        other(object, level, format, again);
        va_end(again);
    }

    if (severity > wanted && severity > ERROR)
        return;

    char message[MESSAGE];
    int length = vsnprintf(message, sizeof(message), format, arguments);
    char component[RV_FF_COMPONENT];
    name_component(object, component);
    struct unfinished *it = &own;
    /*
     * The pieces of one line come from one object, or the later pieces from none. A piece of another object shows that the line before has
     * no end.
     */
    if (object != NULL && strcmp(component, it->line.component) != 0)
        finish(it);
    bool is_plain = strcmp(format, "%s\n") == 0 || strcmp(format, "%s") == 0;
    uint64_t kind = hash(hash(0xCBF29CE484222325u, component), format);
    for (int i = 0; i < length && i < MESSAGE - 1; i++) {
        if (it->length == 0) {
            memcpy(it->line.component, component, sizeof(component));
            it->line.level = severity;
            /* Two lines of one message have different kinds. */
            it->line.kind = kind++;
            it->is_plain = is_plain;
            it->number = atomic_fetch_add_explicit(&begun, 1, memory_order_relaxed) + 1;
        } else if (severity < it->line.level) {
            it->line.level = severity;
        }

        if (message[i] == '\n' || message[i] == '\r')
            finish(it);
        else
            append(it, message[i]);
    }

    /* The end of the message was not read. Most messages end with the end of a line. */
    if (length >= MESSAGE) {
        it->is_cut = true;
        finish(it);
    }
}

static int32_t begin_run(int32_t level)
{
    pthread_mutex_lock(&lock);
    atomic_store(&threshold, level);
    int32_t run = ++current;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return run;
}

int32_t rv_ff_log_start(int32_t level)
{
    return begin_run(level);
}

void rv_ff_log_stop(void)
{
    begin_run(NOTHING);
}

int32_t rv_ff_log_wait(int32_t run, int32_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (int64_t)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }

    pthread_mutex_lock(&lock);
    for (int over = 0; count == 0 && current == run && over == 0;)
        over = milliseconds < 0 ? pthread_cond_wait(&changed, &lock) : pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &until);
    bool is_on = current == run;
    pthread_mutex_unlock(&lock);
    return is_on;
}

int32_t rv_ff_log_read(struct rv_ff_line *out, int32_t capacity, int64_t *dropped)
{
    int32_t taken = 0;
    pthread_mutex_lock(&lock);
    for (; taken < capacity && count > 0; taken++, count--) {
        out[taken] = lines[first];
        first = (first + 1) % RV_FF_LINES;
    }

    *dropped = lost;
    lost = 0;
    pthread_mutex_unlock(&lock);
    return taken;
}

void rv_ff_log_otherwise(rv_ff_log_function function)
{
    atomic_store(&otherwise, function);
}

const int64_t *rv_ff_lines_begun(void)
{
    return (const int64_t *)&begun;
}

const struct rv_ff_line *rv_ff_last_error(int64_t since)
{
    /* The call is over, so a line that it began is finished now. */
    finish(&own);
    return last_error.number > since ? &last_error.line : NULL;
}

rv_ff_log_function rv_ff_log_callback(void)
{
    return on_message;
}

int32_t rv_ff_abi(void)
{
    return RV_FF_ABI;
}
