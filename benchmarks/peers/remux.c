/* Measures what libavformat needs to copy a whole file into a transport stream. */
#include "figures.h"
#include "ts-remux.h"

static const char usage[] =
    "usage: remux FILE [TIMES]\n"
    "Copies FILE TIMES (default 3) times into an MPEG transport stream that is discarded, each time\n"
    "from opening to the trailer. One copy before that is not measured.\n"
    "Prints cpu_ns_per_packet, packets_per_s (by the wall clock), and packets, the number in one copy.\n";

static long copy(const char *path)
{
    TsRemux remux;
    ts_open(&remux, path);
    AVPacket *packet = av_packet_alloc();
    long packets = 0;
    int code;
    while ((code = av_read_frame(remux.input, packet)) >= 0) {
        int stream = packet->stream_index;
        av_packet_rescale_ts(packet, remux.input->streams[stream]->time_base, remux.output->streams[stream]->time_base);
        packet->pos = -1;
        ts_check(av_interleaved_write_frame(remux.output, packet), "write"); /* takes over the packet's content */
        packets++;
    }
    if (code != AVERROR_EOF)
        ts_check(code, path);
    ts_check(av_write_trailer(remux.output), "trailer");
    av_packet_free(&packet);
    ts_close(&remux);
    return packets;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 1, 2, usage);
    long times = count_argument(argc, argv, 2, 3), packets = copy(argv[1]);

    int64_t wall = wall_ns(), cpu = cpu_ns();
    for (long i = 0; i < times; i++)
        copy(argv[1]);
    double total = (double)packets * (double)times;
    cpu = cpu_ns() - cpu;
    wall = wall_ns() - wall;
    printf("cpu_ns_per_packet=%.0f packets_per_s=%.0f packets=%ld\n",
           (double)cpu / total, total * NS_PER_SECOND / (double)wall, packets);
    return 0;
}
