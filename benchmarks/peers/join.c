/* Measures how long libavformat takes to join a long file in its middle, up to the first key frame in a transport stream. */
#include "figures.h"
#include "ts-remux.h"

static const char usage[] =
    "usage: join cold|warm FILE [SECONDS [TIMES]]\n"
    "Opens FILE, seeks to the key frame before SECONDS (default 1800) and writes a transport stream\n"
    "up to the last packet of that key frame. `cold` does this once, for the first time in the process.\n"
    "`warm` does it once without measuring, then TIMES (default 15) times, each 7 s later in the file.\n"
    "Prints wall_ns, the median, and bytes, the size of the last join's output.\n";

static int64_t bytes;

static double join(const char *path, long seconds)
{
    int64_t start = wall_ns();
    TsRemux remux;
    ts_open(&remux, path);
    AVStream *video = remux.input->streams[remux.video];
    int64_t position = av_rescale_q(seconds, (AVRational){1, 1}, video->time_base);
    if (video->start_time != AV_NOPTS_VALUE)
        position += video->start_time;
    ts_check(av_seek_frame(remux.input, remux.video, position, AVSEEK_FLAG_BACKWARD), "seek");

    AVPacket *packet = av_packet_alloc();
    for (int done = 0; !done;) {
        ts_check(av_read_frame(remux.input, packet), path);
        int stream = packet->stream_index;
        done = stream == remux.video && packet->flags & AV_PKT_FLAG_KEY;
        av_packet_rescale_ts(packet, remux.input->streams[stream]->time_base, remux.output->streams[stream]->time_base);
        packet->pos = -1;
        /* Not interleaved: to wait for the other stream's packets would only make the anchor slower. */
        ts_check(av_write_frame(remux.output, packet), "write");
        av_packet_unref(packet);
    }
    avio_flush(remux.output->pb);
    double took = (double)(wall_ns() - start);

    bytes = remux.bytes_out;
    av_packet_free(&packet);
    ts_close(&remux);
    return took;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 2, 4, usage);
    int warm = !strcmp(argv[1], "warm");
    if (!warm && strcmp(argv[1], "cold"))
        usage_error(usage);
    const char *path = argv[2];
    long seconds = count_argument(argc, argv, 3, 1800), times = warm ? count_argument(argc, argv, 4, 15) : 1;

    double *took = allocate(times, sizeof *took);
    if (warm)
        join(path, seconds);
    for (long i = 0; i < times; i++)
        took[i] = join(path, seconds + 7 * i);
    printf("wall_ns=%.0f bytes=%lld\n", median(took, times), (long long)bytes);
    free(took);
    return 0;
}
