using System.Net;
using System.Net.Sockets;
using RetroVue.Media.Blocking;
using RetroVue.Media.Devices.Tests.PipeWire;
using RetroVue.Tests;

namespace RetroVue.Media.Devices.Tests;

/// <summary>The sample recorder sends a transport stream to a URL. If it cannot, it gives the reason in one line.</summary>
public sealed class CaptureToUrlTests
{
    [Test]
    public async Task Server_receives_what_is_recorded()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<byte[]> taken = TakeAllAsync(listener);
        (int code, string output, string error) = Capture($"tcp://{listener.LocalEndpoint}");
        Assert.That(code, Is.Zero, output + error);
        await Watchdog.WithinAsync(taken, TimeSpan.FromSeconds(10));
        string file = Path.Combine(MadeMedia.Folder, "to-url.ts");
        await File.WriteAllBytesAsync(file, await taken);
        string probed = Tool.OutputOf("ffprobe", $"-v error -count_packets -show_entries stream=codec_name,nb_read_packets -of csv=p=0 {file}");
        // A second of pictures at 25 a second.
        Assert.That(probed, Does.Contain("h264,25").And.Contain("aac,"));
    }

    [Test]
    public void Server_that_is_not_there_is_told_in_one_line()
    {
        (int code, _, string error) = Capture("http://me:secret@127.0.0.1:1/live");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(error, Does.Contain("'http://127.0.0.1:1/live' refused the connection").And.Not.Contain("secret"));
    }

    private static async Task<byte[]> TakeAllAsync(TcpListener listener)
    {
        using Socket connection = await listener.AcceptSocketAsync();
        var all = new MemoryStream();
        await new NetworkStream(connection).CopyToAsync(all);
        return all.ToArray();
    }

    private static (int ExitCode, string Output, string Error) Capture(string url) => Tool.Run(
        "timeout",
        "60",
        "dotnet",
        Repository.Sample("Capture"),
        "--video",
        "test",
        "--audio",
        "test",
        "--duration",
        "1",
        url);
}
