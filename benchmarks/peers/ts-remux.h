/* Copies a file with libavformat to an MPEG transport stream that is discarded, within the process. */
#pragma once

#include <libavformat/avformat.h>

typedef struct {
    AVFormatContext *input, *output;
    int video;         /* index of the picture's stream, the same in both contexts */
    int64_t bytes_out; /* the number of bytes that the muxer has written so far */
} TsRemux;

/* Opens the file and a muxer with the same streams, and writes the header. Ends the program on an error. */
void ts_open(TsRemux *remux, const char *path);

void ts_close(TsRemux *remux);

/* Ends the program with libav's error text if the code is negative; otherwise returns the code. */
int ts_check(int code, const char *what);
