/*
 * FFmpeg's log, for managed code to read.
 *
 * FFmpeg calls one function of the process for each message, with a va_list, on whatever thread the message comes from. Here that
 * function is C: it makes whole lines of the messages and puts them into a ring, from which a thread of the reader's takes them. It never
 * waits for the reader: what finds the ring full is counted and lost. Of FFmpeg only what stands first in an AVClass is known, so that one
 * build goes with every release.
 *
 * Log or no log, each thread's last line that is an error or worse is kept for that thread, which may ask for it when a call has failed.
 *
 * There is one log in a process. Levels are FFmpeg's numbers (libavutil/log.h): the lower, the worse. Any function may be called on any
 * thread.
 */
#ifndef RETROVUE_FFMPEG_H
#define RETROVUE_FFMPEG_H

#include <stdarg.h>
#include <stdint.h>

#define RV_FF_EXPORT __attribute__((visibility("default")))

/* Changes with every change of a struct or of what a function does: the caller compares it with the library's own. */
#define RV_FF_ABI 3

#define RV_FF_LINES 512 /* that the ring holds */
#define RV_FF_COMPONENT 60
#define RV_FF_TEXT 960

/* Texts end with a zero. They are UTF-8 where FFmpeg's are, and hold no control character but the tab. */
struct rv_ff_line {
    uint64_t kind;                   /* the same for lines that one statement of FFmpeg's made: of one component and format */
    int32_t level;                   /* of its worst piece */
    char component[RV_FF_COMPONENT]; /* what FFmpeg calls the object that it is about; empty where it is about none */
    char text[RV_FF_TEXT];           /* ends with "..." where it was longer */
};

/* For av_log_set_callback. */
typedef void (*rv_ff_log_function)(void *object, int level, const char *format, va_list arguments);

/* The RV_FF_ABI that the library was built with. */
RV_FF_EXPORT int32_t rv_ff_abi(void);

/* What FFmpeg is to call. Good as long as the process. */
RV_FF_EXPORT rv_ff_log_function rv_ff_log_callback(void);

/* Where messages go while no run of the log takes them: FFmpeg's own callback. NULL, which it is at first: nowhere. */
RV_FF_EXPORT void rv_ff_log_otherwise(rv_ff_log_function function);

/* Takes messages of the level and of worse ones from now on. A number for this run of the log; it ends with the next start or stop. */
RV_FF_EXPORT int32_t rv_ff_log_start(int32_t level);

/* Takes no more messages. Lines that are there stay to be read. */
RV_FF_EXPORT void rv_ff_log_stop(void);

/* Waits until there is something to read or the time is over, or the run is: 1 or 0. A time below zero has no end. */
RV_FF_EXPORT int32_t rv_ff_log_wait(int32_t run, int32_t milliseconds);

/* Takes up to so many lines, oldest first: how many. *dropped: how many were lost since it was last asked. Does not wait. */
RV_FF_EXPORT int32_t rv_ff_log_read(struct rv_ff_line *lines, int32_t capacity, int64_t *dropped);

/* How many lines were begun up to now, by all threads. Good as long as the process. */
RV_FF_EXPORT const int64_t *rv_ff_lines_begun(void);

/*
 * The calling thread's last line that is an error or worse, where it was begun after so many; else NULL. Good until that thread says
 * something again.
 */
RV_FF_EXPORT const struct rv_ff_line *rv_ff_last_error(int64_t since);

#endif
