/* FFmpeg's messages come out as whole lines, in order; lines without room are counted; and each thread's last error is kept for it. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "retrovue_ffmpeg.h"

#define FATAL 8
#define ERROR 16
#define WARNING 24
#define INFO 32

#define THREADS 8
#define LINES_OF_EACH 200000

struct class {
    const char *class_name;
    const char *(*item_name)(void *object);
};

struct object {
    const struct class *class;
    const char *name;
};

static const char *name_of(void *object)
{
    return ((struct object *)object)->name;
}

static const struct class named = {"Named", name_of};
static const struct class nameless = {"Nameless", NULL};
static struct object mov = {&named, "mov"}, aac = {&named, "aac"}, plain = {&nameless, NULL}, classless;

static struct rv_ff_line lines[RV_FF_LINES];

__attribute__((format(printf, 3, 4))) static void say(void *object, int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    rv_ff_log_callback()(object, level, format, arguments);
    va_end(arguments);
}

static int read_all(void)
{
    int64_t dropped;
    int taken = rv_ff_log_read(lines, RV_FF_LINES, &dropped);
    CHECK(dropped == 0);
    return taken;
}

static void check_line(int i, int level, const char *component, const char *text)
{
    CHECK(lines[i].level == level);
    CHECK(strcmp(lines[i].component, component) == 0);
    CHECK(strcmp(lines[i].text, text) == 0);
}

static void levels_above_the_wanted_one_are_left_out(void)
{
    rv_ff_log_start(WARNING);
    say(&mov, INFO, "no\n");
    say(&mov, WARNING, "warning %d\n", 1);
    say(&mov, WARNING | 0xA500, "coloured\n");
    say(&mov, -8, "worse than all\n");
    CHECK(read_all() == 3);
    check_line(0, WARNING, "mov", "warning 1");
    check_line(1, WARNING, "mov", "coloured");
    check_line(2, -8, "mov", "worse than all");
    rv_ff_log_start(INFO);
    say(&mov, INFO, "now\n");
    CHECK(read_all() == 1);
    rv_ff_log_stop();
    say(&mov, FATAL, "too late\n");
    CHECK(read_all() == 0);
}

static void the_component_is_what_its_class_says(void)
{
    char long_name[2 * RV_FF_COMPONENT];
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    struct object lengthy = {&named, long_name}, unnamed = {&named, NULL};
    rv_ff_log_start(ERROR);
    say(&plain, ERROR, "a\n");
    say(&classless, ERROR, "b\n");
    say(NULL, ERROR, "c\n");
    say(&unnamed, ERROR, "d\n");
    say(&lengthy, ERROR, "e\n");
    CHECK(read_all() == 5);
    check_line(0, ERROR, "Nameless", "a");
    check_line(1, ERROR, "", "b");
    check_line(2, ERROR, "", "c");
    check_line(3, ERROR, "", "d");
    CHECK(strlen(lines[4].component) == RV_FF_COMPONENT - 1);
}

static void pieces_become_lines(void)
{
    rv_ff_log_start(INFO);
    say(&mov, INFO, "one ");
    CHECK(read_all() == 0);
    say(NULL, ERROR, "and ");
    say(&mov, INFO, "two\nthree\r\n\nfour\n");
    say(&mov, INFO, "end forgotten");
    say(&aac, INFO, "tab\tand\x1b[31m bell\a\n");
    CHECK(read_all() == 5);
    check_line(0, ERROR, "mov", "one and two");
    check_line(1, INFO, "mov", "three");
    check_line(2, INFO, "mov", "four");
    check_line(3, INFO, "mov", "end forgotten");
    check_line(4, INFO, "aac", "tab\tand?[31m bell?");
}

/* A text of wide characters, after some characters of one byte: the cut falls between two characters. */
static void a_long_text_is_cut_between_characters(int before, const char *character, int repeat)
{
    static char text[8 * RV_FF_TEXT];
    size_t size = strlen(character);
    memset(text, 'x', (size_t)before);
    text[before] = '\0';
    for (int i = 0; i < repeat; i++)
        memcpy(text + (size_t)before + (size_t)i * size, character, size + 1);
    rv_ff_log_start(INFO);
    say(&mov, INFO, "%s\n", text);
    say(&mov, INFO, "next\n");
    CHECK(read_all() == 2);
    size_t length = strlen(lines[0].text);
    CHECK(length > RV_FF_TEXT - 1 - 3 - size && length < RV_FF_TEXT);
    CHECK(strcmp(lines[0].text + length - 3, "...") == 0);
    CHECK(memcmp(lines[0].text, text, length - 3) == 0);
    CHECK((length - 3 - (size_t)before) % size == 0);
    check_line(1, INFO, "mov", "next");
}

static void a_long_message_is_cut_once(void)
{
    static char text[2 * RV_FF_TEXT];
    memset(text, 'x', sizeof(text) - 1);
    rv_ff_log_start(INFO);
    text[900] = '\n';
    text[1800] = '\n';
    say(&mov, INFO, "%s%s\n", text, text);
    say(&mov, INFO, "next\n");
    CHECK(read_all() == 4);
    CHECK(strlen(lines[0].text) == 900 && strlen(lines[1].text) == 899);
    CHECK(strcmp(lines[2].text + strlen(lines[2].text) - 4, "x...") == 0);
    check_line(3, INFO, "mov", "next");
}

static void what_finds_no_room_is_counted_and_the_first_lines_stay(void)
{
    int64_t dropped;
    rv_ff_log_start(INFO);
    for (int i = 0; i < RV_FF_LINES + 7; i++)
        say(NULL, INFO, "%d\n", i);
    CHECK(rv_ff_log_read(lines, 1, &dropped) == 1 && dropped == 7);
    check_line(0, INFO, "", "0");
    CHECK(rv_ff_log_read(lines, RV_FF_LINES, &dropped) == RV_FF_LINES - 1 && dropped == 0);
    check_line(RV_FF_LINES - 2, INFO, "", "511");
}

static void *say_many(void *data)
{
    int thread = (int)(intptr_t)data;
    for (int i = 0; i < LINES_OF_EACH; i++) {
        say(NULL, INFO, "%d ", thread);
        say(NULL, INFO, "%d\n", i);
    }

    return NULL;
}

static void *count_until_over(void *data)
{
    static struct rv_ff_line batch[16];
    int run = (int)(intptr_t)data, last[THREADS];
    int64_t seen = 0, dropped;
    memset(last, -1, sizeof(last));
    for (bool is_on = true; is_on;) {
        is_on = rv_ff_log_wait(run, -1);
        for (int taken = 16; taken == 16; seen += taken + dropped) {
            taken = rv_ff_log_read(batch, 16, &dropped);
            for (int i = 0; i < taken; i++) {
                int thread, number;
                CHECK(sscanf(batch[i].text, "%d %d", &thread, &number) == 2);
                CHECK(number > last[thread]);
                last[thread] = number;
            }
        }
    }

    return (void *)(intptr_t)seen;
}

static void threads_at_once_lose_nothing_that_is_not_counted(void)
{
    pthread_t reader, writers[THREADS];
    void *seen;
    pthread_create(&reader, NULL, count_until_over, (void *)(intptr_t)rv_ff_log_start(INFO));
    for (int i = 0; i < THREADS; i++)
        pthread_create(&writers[i], NULL, say_many, (void *)(intptr_t)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i], NULL);
    rv_ff_log_stop();
    pthread_join(reader, &seen);
    CHECK((intptr_t)seen == THREADS * LINES_OF_EACH);
}

static void the_last_error_is_that_of_what_was_said_since(void)
{
    rv_ff_log_stop();
    const int64_t *begun = rv_ff_lines_begun();
    int64_t before = *begun;
    CHECK(rv_ff_last_error(before) == NULL);
    say(&mov, WARNING, "a warning\n");
    CHECK(rv_ff_last_error(before) == NULL);
    say(&mov, ERROR, "first\n");
    say(&aac, FATAL, "sec");
    say(NULL, FATAL, "ond\n");
    say(&mov, INFO, "after it\n");
    const struct rv_ff_line *line = rv_ff_last_error(before);
    CHECK(line != NULL && line->level == FATAL);
    CHECK(strcmp(line->component, "aac") == 0 && strcmp(line->text, "second") == 0);
    CHECK(rv_ff_last_error(*begun) == NULL);

    /* A line without an end belongs to the call that began it. */
    before = *begun;
    say(&mov, ERROR, "begun");
    CHECK(rv_ff_last_error(*begun) == NULL);
    line = rv_ff_last_error(before);
    CHECK(line != NULL && strcmp(line->text, "begun") == 0);

    /* No log was on so far. If a log is on, the last error is kept too. */
    CHECK(read_all() == 0);
    rv_ff_log_start(FATAL);
    before = *begun;
    say(&mov, ERROR, "not for the log\n");
    CHECK(read_all() == 0);
    CHECK(strcmp(rv_ff_last_error(before)->text, "not for the log") == 0);
    rv_ff_log_stop();
}

static void a_kind_is_a_component_and_a_format(void)
{
    rv_ff_log_start(INFO);
    for (int i = 0; i < 2; i++)
        say(&mov, ERROR, "bad block %d\n", i);
    say(&aac, ERROR, "bad block %d\n", 0);
    say(&mov, ERROR, "bad atom %d\n", 0);
    say(&mov, ERROR, "%s\n", "the text alone");
    say(&mov, ERROR, "%s\n", "another");
    say(&mov, ERROR, "%s\n", "another");
    say(&mov, ERROR, "two\nlines\n");
    CHECK(read_all() == 9);
    CHECK(lines[0].kind == lines[1].kind);
    CHECK(lines[5].kind == lines[6].kind);
    for (int i = 1; i < 9; i++)
        for (int j = i + 1; j < 9; j++)
            CHECK(lines[i].kind != lines[j].kind || (i == 5 && j == 6));
    rv_ff_log_stop();
}

static void *fail_many_times(void *data)
{
    char text[32];
    snprintf(text, sizeof(text), "of thread %d", (int)(intptr_t)data);
    for (int i = 0; i < LINES_OF_EACH; i++) {
        int64_t before = __atomic_load_n(rv_ff_lines_begun(), __ATOMIC_RELAXED);
        CHECK(rv_ff_last_error(before) == NULL);
        say(NULL, ERROR, "%s\n", text);
        CHECK(strcmp(rv_ff_last_error(before)->text, text) == 0);
    }

    return NULL;
}

static void each_thread_has_its_own_last_error(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, fail_many_times, (void *)(intptr_t)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static char otherwise_said[64];

static void say_otherwise(void *object, int level, const char *format, va_list arguments)
{
    (void)object;
    (void)level;
    vsnprintf(otherwise_said, sizeof(otherwise_said), format, arguments);
}

static void what_no_run_takes_goes_the_other_way(void)
{
    rv_ff_log_otherwise(say_otherwise);
    int64_t before = *rv_ff_lines_begun();
    say(&mov, ERROR, "to %s, %d\n", "both", 2);
    CHECK(strcmp(otherwise_said, "to both, 2\n") == 0);
    CHECK(strcmp(rv_ff_last_error(before)->text, "to both, 2") == 0);
    say(&mov, INFO, "information\n");
    CHECK(strcmp(otherwise_said, "information\n") == 0);
    rv_ff_log_start(INFO);
    say(&mov, INFO, "to the log\n");
    CHECK(strcmp(otherwise_said, "information\n") == 0);
    CHECK(read_all() == 1);
    rv_ff_log_stop();
    rv_ff_log_otherwise(NULL);
}

static void *wait_for_run(void *data)
{
    return (void *)(intptr_t)rv_ff_log_wait((int)(intptr_t)data, -1);
}

static void a_wait_ends_with_a_line_and_with_its_run(void)
{
    pthread_t waiter;
    void *answer;
    int run = rv_ff_log_start(INFO);
    /* So often that the line sometimes comes while the other thread waits. */
    for (int i = 0; i < 100; i++) {
        pthread_create(&waiter, NULL, wait_for_run, (void *)(intptr_t)run);
        sched_yield();
        say(NULL, INFO, "there\n");
        pthread_join(waiter, &answer);
        CHECK(answer != NULL);
        CHECK(read_all() == 1);
    }

    pthread_create(&waiter, NULL, wait_for_run, (void *)(intptr_t)run);
    rv_ff_log_start(INFO);
    pthread_join(waiter, &answer);
    CHECK(answer == NULL);
    CHECK(rv_ff_log_wait(run, -1) == 0);

    /* With a limit, the wait always ends; it ends earlier if there is a line. */
    run = rv_ff_log_start(INFO);
    CHECK(rv_ff_log_wait(run, 0) == 1 && read_all() == 0);
    CHECK(rv_ff_log_wait(run, 1999) == 1 && read_all() == 0);
    say(NULL, INFO, "there\n");
    CHECK(rv_ff_log_wait(run, INT32_MAX) == 1 && read_all() == 1);
    rv_ff_log_stop();
    CHECK(rv_ff_log_wait(run, INT32_MAX) == 0);
}

int main(void)
{
    CHECK(rv_ff_abi() == RV_FF_ABI);
    levels_above_the_wanted_one_are_left_out();
    the_component_is_what_its_class_says();
    pieces_become_lines();
    for (int before = 0; before < 4; before++) {
        a_long_text_is_cut_between_characters(before, "e", RV_FF_TEXT);
        a_long_text_is_cut_between_characters(before, "\xC3\xA9", 700);
        a_long_text_is_cut_between_characters(before, "\xE2\x82\xAC", 600);
        a_long_text_is_cut_between_characters(before, "\xF0\x9F\x8E\xAC", 400);
        a_long_text_is_cut_between_characters(before, "\xF0\x9F\x8E\xAC", 1500);
    }

    a_long_message_is_cut_once();
    what_finds_no_room_is_counted_and_the_first_lines_stay();
    threads_at_once_lose_nothing_that_is_not_counted();
    the_last_error_is_that_of_what_was_said_since();
    each_thread_has_its_own_last_error();
    a_kind_is_a_component_and_a_format();
    what_no_run_takes_goes_the_other_way();
    a_wait_ends_with_a_line_and_with_its_run();
    return 0;
}
