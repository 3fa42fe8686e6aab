/*
 * Makes FFmpeg's log readable for managed code.
 *
 * FFmpeg calls one function of the process for each message, with a va_list, on the thread that the message comes from. Here that
 * function is C: it makes whole lines of the messages and puts them into a ring. A thread of the reader takes them from there. The
 * function never waits for the reader: if the ring is full, the line is lost and counted. This library knows only the first fields of
 * FFmpeg's AVClass, so one build works with every release.
 *
 * For each thread, the last line that is an error or worse is kept, even if no log is on. The thread can ask for it after a failed call.
 *
 * There is one log in a process. Levels are FFmpeg's numbers (libavutil/log.h): a lower number is worse. Any function may be called on
 * any thread.
 */
#ifndef RETROVUE_FFMPEG_H
#define RETROVUE_FFMPEG_H

#include <stdarg.h>
#include <stdint.h>

#define RV_FF_EXPORT __attribute__((visibility("default")))

/* Changes with each change of a struct or of a function's behaviour. The caller compares it with the library's number. */
#define RV_FF_ABI 3

#define RV_FF_LINES 512 /* the number of lines in the ring */
#define RV_FF_COMPONENT 60
#define RV_FF_TEXT 960

/* Texts end with a zero. They are UTF-8 if FFmpeg's texts are, and contain no control characters except tabs. */
struct rv_ff_line {
    uint64_t kind;                   /* the same for lines with the same component and format: one statement of FFmpeg made them */
    int32_t level;                   /* the level of its worst piece */
    char component[RV_FF_COMPONENT]; /* FFmpeg's name for the object that the line is about; empty if there is none */
    char text[RV_FF_TEXT];           /* ends with "..." if it was longer */
};

/* The type of a function for av_log_set_callback. */
typedef void (*rv_ff_log_function)(void *object, int level, const char *format, va_list arguments);

/* Returns the RV_FF_ABI that the library was built with. */
RV_FF_EXPORT int32_t rv_ff_abi(void);

/* Returns the function that FFmpeg has to call. It is valid as long as the process runs. */
RV_FF_EXPORT rv_ff_log_function rv_ff_log_callback(void);

/* Sets the function that gets the messages while no run of the log takes them, such as FFmpeg's own callback. NULL at first: none. */
RV_FF_EXPORT void rv_ff_log_otherwise(rv_ff_log_function function);

/*
 * Takes messages of this level and of worse ones from now on. Returns a number for this run of the log. A run ends with the next start or
 * stop.
 */
RV_FF_EXPORT int32_t rv_ff_log_start(int32_t level);

/* Takes no more messages. Lines in the ring can still be read. */
RV_FF_EXPORT void rv_ff_log_stop(void);

/*
 * Waits until there is a line to read, the time has passed, or the run has ended. A negative time means no limit. Returns 1 while the run
 * goes on, 0 if it has ended.
 */
RV_FF_EXPORT int32_t rv_ff_log_wait(int32_t run, int32_t milliseconds);

/* Takes at most capacity lines, oldest first, and returns their number. *dropped: lines lost since the last call. Does not wait. */
RV_FF_EXPORT int32_t rv_ff_log_read(struct rv_ff_line *lines, int32_t capacity, int64_t *dropped);

/* The number of lines that all threads have begun so far. The pointer is valid as long as the process runs. */
RV_FF_EXPORT const int64_t *rv_ff_lines_begun(void);

/*
 * Returns the calling thread's last line that is an error or worse, if it was begun after *rv_ff_lines_begun() was since; otherwise NULL.
 * It is valid until that thread logs something again.
 */
RV_FF_EXPORT const struct rv_ff_line *rv_ff_last_error(int64_t since);

#endif
