using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures the cost of a channel in copy mode, in a station that has one channel for each file and one viewer over HTTP for each channel.
/// The station is another process; this process reads the streams and discards them.
/// </summary>
internal static class ChannelRow
{
    private static readonly ClockTime s_settle = ClockTime.FromSeconds(5);

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        int seconds = Arguments.Count(arguments, 0, 30);
        string[] files = [.. Enumerable.Range(1, Math.Max(arguments.Length - 1, 1)).Select(index => Arguments.File(arguments, index))];
        using Process station = Start(files);
        try
        {
            int port = int.Parse((await station.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            Viewer[] viewers = [.. Enumerable.Range(0, files.Length).Select(number => new Viewer(port, ChannelStation.PathOf(number)))];
            await Task.WhenAll(viewers.Select(viewer => viewer.HasBegun));
            await WaitAsync(s_settle);

            TimeSpan cpu = CpuOf(station);
            long bytes = viewers.Sum(viewer => viewer.Bytes);
            ClockTime start = SystemClock.Instance.Now;
            await WaitAsync(ClockTime.FromSeconds(seconds));
            double elapsed = (SystemClock.Instance.Now - start).Nanoseconds;
            cpu = CpuOf(station) - cpu;
            bytes = viewers.Sum(viewer => viewer.Bytes) - bytes;
            if (viewers.FirstOrDefault(viewer => viewer.HasEnded) is { } ended)
            {
                throw new InvalidOperationException($"The station ended the stream of {ended.Path}.");
            }

            return string.Join(
                ' ',
                Figures.Pair("cpu_percent", 100 * cpu.TotalNanoseconds / elapsed / files.Length, 3),
                Figures.Pair("pss_mb", ProportionalMemory(station) / 1e6 / files.Length, 2),
                Figures.Pair("kbit_per_s", bytes * 8e6 / elapsed / files.Length, 0),
                Figures.Pair("channels", files.Length, 0));
        }
        finally
        {
            station.Kill();
            await station.WaitForExitAsync();
        }
    }

    private static Process Start(string[] files)
    {
        // This process was started as `dotnet PROGRAM.dll`, so its executable is dotnet.
        string program = typeof(ChannelRow).Assembly.Location;
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [program, ChannelStation.Command, .. files])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // The same values as in samples/Station/Station.csproj. The runtime reads numbers as hexadecimal.
            Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_GCGen0MaxBudget"] = "200000", ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" },
        })!;
    }

    private static Task WaitAsync(ClockTime time) => Task.Delay(time.ToTimeSpan());

    private static TimeSpan CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>Returns the process's memory in bytes: its private pages, and its share of the shared ones.</summary>
    private static double ProportionalMemory(Process process)
    {
        string line = File.ReadLines($"/proc/{process.Id}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>One connection; its bytes are discarded.</summary>
    private sealed class Viewer
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _bytes;

        public Viewer(int port, string path)
        {
            Path = path;
            _ = ReadAsync(port);
        }

        public string Path { get; }

        /// <summary>Completes with the first byte.</summary>
        public Task HasBegun => _begun.Task;

        /// <summary>The number of bytes so far.</summary>
        public long Bytes => Volatile.Read(ref _bytes);

        /// <summary>True once the station has closed the connection.</summary>
        public bool HasEnded { get; private set; }

        private async Task ReadAsync(int port)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {Path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                byte[] buffer = new byte[1 << 16];
                for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
                {
                    Volatile.Write(ref _bytes, _bytes + count);
                    _begun.TrySetResult();
                }

                _begun.TrySetException(new IOException($"The station sent nothing at {Path}."));
            }
            catch (SocketException exception)
            {
                _begun.TrySetException(exception);
            }
            finally
            {
                HasEnded = true;
            }
        }
    }
}
