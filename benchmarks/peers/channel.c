/* Measures the cost of a channel if each one is an ffmpeg process that copies a file in real time into a TCP connection. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"

static const char usage[] =
    "usage: channel SECONDS FILE...\n"
    "Runs `ffmpeg -re -c copy -f mpegts` on each FILE, again and again, into a loopback connection.\n"
    "Discards the bytes. Begins 5 s after all are connected, and measures for SECONDS.\n"
    "Prints the medians over the processes: cpu_percent of one core, and pss_mb (10^6 bytes) at the end.\n"
    "Also prints kbit_per_s, the mean rate of a channel.\n";

enum { settle_seconds = 5, connect_seconds = 120 };

typedef struct {
    pid_t process;
    clockid_t cpu_clock;
    int64_t cpu_at_start;
} Channel;

static Channel *channels;
static struct pollfd *sockets; /* the listener, then the connections */
static long channel_count, connected;
static int64_t bytes_in;

static void leave(const char *why)
{
    fprintf(stderr, "channel: %s\n", why);
    for (long i = 0; i < channel_count; i++)
        if (channels[i].process > 0)
            kill(channels[i].process, SIGKILL);
    exit(1);
}

static int listen_on_loopback(int backlog)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, backlog) != 0)
        leave("cannot listen on 127.0.0.1");
    return listener;
}

static pid_t start_ffmpeg(const char *file, int listener)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    char target[64];
    snprintf(target, sizeof target, "tcp://127.0.0.1:%d", ntohs(address.sin_port));

    pid_t parent = getpid(), process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* no process outlives this program, however it ends */
        if (getppid() != parent)
            _exit(1);
        execlp("ffmpeg", "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", file,
               "-c", "copy", "-f", "mpegts", target, NULL);
        perror("ffmpeg");
        _exit(127);
    }
    if (process < 0)
        leave("cannot start a process");
    return process;
}

/* Accepts connections and discards bytes until the time is over or, if `until_connected` is set, until all are connected. */
static void discard_for(int64_t duration, int until_connected)
{
    int64_t end = wall_ns() + duration;
    for (;;) {
        int64_t left = end - wall_ns();
        if (left <= 0 || (until_connected && connected == channel_count))
            return;
        poll(sockets, 1 + connected, (int)(left / 1000000) + 1);
        if (sockets[0].revents & POLLIN && connected < channel_count) {
            int connection = accept4(sockets[0].fd, NULL, NULL, SOCK_CLOEXEC);
            if (connection >= 0)
                sockets[1 + connected++] = (struct pollfd){.fd = connection, .events = POLLIN};
        }
        for (long i = 1; i <= connected; i++) {
            if (!sockets[i].revents)
                continue;
            ssize_t count = recv(sockets[i].fd, NULL, INT_MAX, MSG_TRUNC | MSG_DONTWAIT); /* drops the bytes without a copy: tcp(7) */
            if (count > 0)
                bytes_in += count;
            else if (count == 0 || (errno != EAGAIN && errno != EINTR))
                leave("a channel has ended");
        }
        if (waitpid(-1, NULL, WNOHANG) > 0)
            leave("an ffmpeg process has ended");
    }
}

/* Returns the process's memory in 10^6 bytes: its private pages, and its share of the shared ones. */
static double pss_mb(pid_t process)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process);
    FILE *file = fopen(path, "r");
    if (!file)
        leave("cannot read smaps_rollup");
    long pss = -1;
    while (pss < 0 && fgets(line, sizeof line, file))
        sscanf(line, "Pss: %ld kB", &pss);
    fclose(file);
    return (double)pss * 1024 / 1e6;
}

int main(int argc, char **argv)
{
    check_usage(argc, argv, 2, INT_MAX, usage);
    int64_t window = count_argument(argc, argv, 1, 30) * NS_PER_SECOND;
    long count = argc - 2;
    channels = allocate(count, sizeof *channels);
    sockets = allocate(1 + count, sizeof *sockets);
    sockets[0] = (struct pollfd){.fd = listen_on_loopback((int)count), .events = POLLIN};
    for (; channel_count < count; channel_count++) {
        Channel *channel = &channels[channel_count];
        channel->process = start_ffmpeg(argv[2 + channel_count], sockets[0].fd);
        if (clock_getcpuclockid(channel->process, &channel->cpu_clock) != 0)
            leave("cannot read a process's CPU clock");
    }

    discard_for(connect_seconds * NS_PER_SECOND, 1);
    if (connected < count)
        leave("not every ffmpeg has connected");
    discard_for(settle_seconds * NS_PER_SECOND, 0);

    int64_t start = wall_ns();
    bytes_in = 0;
    for (long i = 0; i < count; i++)
        channels[i].cpu_at_start = read_ns(channels[i].cpu_clock);
    discard_for(window, 0);

    double *cpu = allocate(count, sizeof *cpu), *pss = allocate(count, sizeof *pss);
    double elapsed = (double)(wall_ns() - start);
    for (long i = 0; i < count; i++)
        cpu[i] = 100.0 * (double)(read_ns(channels[i].cpu_clock) - channels[i].cpu_at_start) / elapsed;
    for (long i = 0; i < count; i++)
        pss[i] = pss_mb(channels[i].process);
    printf("cpu_percent=%.3f pss_mb=%.2f kbit_per_s=%.0f channels=%ld\n", median(cpu, count), median(pss, count),
           (double)bytes_in * 8e6 / elapsed / (double)count, count);

    for (long i = 0; i < count; i++)
        kill(channels[i].process, SIGKILL);
    for (long i = 0; i < count; i++)
        waitpid(channels[i].process, NULL, 0);
    return 0;
}
