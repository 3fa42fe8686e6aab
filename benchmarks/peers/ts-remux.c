#include "ts-remux.h"

#include <stdio.h>
#include <stdlib.h>

enum { io_buffer_bytes = 32768 };

int ts_check(int code, const char *what)
{
    if (code < 0) {
        fprintf(stderr, "%s: %s\n", what, av_err2str(code));
        exit(1);
    }
    return code;
}

#if LIBAVFORMAT_VERSION_MAJOR >= 61
static int discard(void *opaque, const uint8_t *bytes, int count)
#else
static int discard(void *opaque, uint8_t *bytes, int count)
#endif
{
    (void)bytes;
    ((TsRemux *)opaque)->bytes_out += count;
    return count;
}

void ts_open(TsRemux *remux, const char *path)
{
    *remux = (TsRemux){0};
    ts_check(avformat_open_input(&remux->input, path, NULL, NULL), path);
    ts_check(avformat_find_stream_info(remux->input, NULL), path);
    remux->video = ts_check(av_find_best_stream(remux->input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0), "no picture");

    ts_check(avformat_alloc_output_context2(&remux->output, NULL, "mpegts", NULL), "mpegts");
    for (unsigned i = 0; i < remux->input->nb_streams; i++) {
        AVStream *from = remux->input->streams[i], *to = avformat_new_stream(remux->output, NULL);
        ts_check(to ? 0 : AVERROR(ENOMEM), "stream");
        ts_check(avcodec_parameters_copy(to->codecpar, from->codecpar), "stream");
        to->codecpar->codec_tag = 0;
        to->time_base = from->time_base;
    }
    uint8_t *buffer = av_malloc(io_buffer_bytes);
    remux->output->pb = avio_alloc_context(buffer, io_buffer_bytes, 1, remux, NULL, discard, NULL);
    ts_check(remux->output->pb ? 0 : AVERROR(ENOMEM), "output");
    ts_check(avformat_write_header(remux->output, NULL), "header");
}

void ts_close(TsRemux *remux)
{
    avio_flush(remux->output->pb);
    av_freep(&remux->output->pb->buffer);
    avio_context_free(&remux->output->pb);
    avformat_free_context(remux->output);
    avformat_close_input(&remux->input);
}
