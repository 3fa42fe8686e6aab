/* libavformat from a file to an MPEG transport stream that goes nowhere, in process. */
#pragma once

#include <libavformat/avformat.h>

typedef struct {
    AVFormatContext *input, *output;
    int video;         /* index of the picture's stream, the same in both contexts */
    int64_t bytes_out; /* what the muxer has written so far */
} TsRemux;

/* Opens the file and a TS muxer with its streams, and writes the stream's header. Ends the program on an error. */
void ts_open(TsRemux *remux, const char *path);

void ts_close(TsRemux *remux);

/* Ends the program with libav's text for a negative code. */
int ts_check(int code, const char *what);
