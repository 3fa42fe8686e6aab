using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.AspNetCore.Tests.Players;

/// <summary>
///  mpv in real time, without a window or a loudspeaker. Tests ask it over its socket (mpv's manual, "JSON IPC"). Without mpv, the test is
/// ignored.
/// </summary>
/// <remarks>Its filters measure the decoded media: how much each picture differs from the one before, and how loud the sound is.</remarks>
internal sealed class Mpv : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private StreamReader? _answers;

    private Mpv(string folder, Process process) => (_folder, _process, _output) = (folder, process, process.StandardOutput.ReadToEndAsync());

    /// <summary>Begins to play an address. Returns when the first picture is shown.</summary>
    public static async Task<Mpv> PlayAsync(Uri address)
    {
        string folder = Directory.CreateTempSubdirectory("retrovue-mpv-").FullName;
        string socket = Path.Combine(folder, "socket");
        Mpv? player = null;
        try
        {
            // At the level "warn", mpv writes only lines about trouble. It decodes a second of sound ahead, so that it does not complain if
            // the machine is busy.
            var start = new ProcessStartInfo(
                "mpv",
                [
                    "--no-config", "--vo=null", "--ao=null", "--audio-buffer=1", "--msg-level=all=warn", "--no-input-terminal", $"--input-ipc-server={socket}",
                    "--vf=@moved:lavfi=[scdet]", "--af=@level:lavfi=[astats=metadata=1:reset=1]", address.ToString(),
                ])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            player = new Mpv(folder, Process.Start(start)!);
            await Until.TrueAsync(() => File.Exists(socket), "mpv did not open its socket.");
            await player._socket.ConnectAsync(new UnixDomainSocketEndPoint(socket));
            player._answers = new StreamReader(new NetworkStream(player._socket));
            double? position = null;
            while (position is null)
            {
                position = await player.NumberAsync("time-pos");
            }

            return player;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            Assert.Ignore("mpv is not installed (Debian package mpv).");
            throw;
        }
        catch when (player is not null)
        {
            await player.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads a property that is a number; null if it has no value yet.</summary>
    public async Task<double?> NumberAsync(string property) =>
        await GetAsync(property) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>Reads what a filter measured last; null if it is not a number, such as the level of silence.</summary>
    public async Task<double?> MeasureAsync(string filters, string label, string key) =>
        await GetAsync($"{filters}-metadata/{label}") is { ValueKind: JsonValueKind.Object } values && values.TryGetProperty(key, out JsonElement value)
            && double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    /// <summary>Quits mpv and returns the warnings and errors that it has written.</summary>
    public async Task<string> QuitAsync()
    {
        await _socket.SendAsync("{\"command\":[\"quit\"]}\n"u8.ToArray());
        await Watchdog.WithinAsync(_process.WaitForExitAsync(), s_patience);
        return await _output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _answers?.Dispose();
        _socket.Dispose();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<JsonElement?> GetAsync(string property)
    {
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { command = new[] { "get_property", property } }).Append((byte)'\n').ToArray());
        while (true)
        {
            Task<string?> reading = _answers!.ReadLineAsync();
            await Watchdog.WithinAsync(reading, s_patience);
            string? line = await reading;
            Assert.That(line, Is.Not.Null, "mpv ended.");
            using var answer = JsonDocument.Parse(line!);
            // Events come between the answers. They have no such field.
            if (answer.RootElement.TryGetProperty("error", out _))
            {
                return answer.RootElement.TryGetProperty("data", out JsonElement data) ? data.Clone() : null;
            }
        }
    }
}
