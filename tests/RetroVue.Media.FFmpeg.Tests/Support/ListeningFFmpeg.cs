using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>An ffmpeg that waits for a sender and copies the received stream into a file.</summary>
internal sealed class ListeningFFmpeg : IDisposable
{
    private readonly Process _process;
    private readonly string _file;
    private readonly Task<string> _errors;

    public ListeningFFmpeg(string file, params string[] input)
    {
        _file = Path.Combine(MediaCorpus.Folder, file);
        var start = new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. input, "-map", "0", "-c", "copy", _file])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Ignore("ffmpeg is not installed (Debian package ffmpeg).");
            throw;
        }

        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Waits until a process listens on a TCP port, without a connection: ffmpeg would take that for its sender.</summary>
    public void WaitForPort(int port)
    {
        string local = FormattableString.Invariant($"0100007F:{port:X4} 00000000:0000 0A ");
        ClockTime end = SystemClock.Instance.Now + ClockTime.FromSeconds(15);
        while (!File.ReadAllText("/proc/net/tcp").Contains(local, StringComparison.Ordinal))
        {
            Assert.That(SystemClock.Instance.Now, Is.LessThan(end), "ffmpeg does not listen");
            Thread.Yield();
        }
    }

    /// <summary>Returns the file after the sender has gone.</summary>
    public async Task<string> EndAsync()
    {
        await Watchdog.WithinAsync(_process.WaitForExitAsync(), TimeSpan.FromSeconds(20));
        Assert.That(File.Exists(_file), Is.True, await _errors);
        return _file;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
