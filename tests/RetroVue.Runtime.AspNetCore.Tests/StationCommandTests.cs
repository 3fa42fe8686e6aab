using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>The sample station on the command line: its errors if it cannot start, and its output to a log.</summary>
public sealed partial class StationCommandTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("retrovue-command-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Wrong_paths_are_answered_with_their_true_cause_and_a_remedy()
    {
        string file = Path.Combine(_folder, "film.mp4");
        File.WriteAllText(file, "no film");
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;
        string texts = Directory.CreateDirectory(Path.Combine(_folder, "texts")).FullName;
        File.WriteAllText(Path.Combine(texts, "readme.txt"), "text");
        string gone = Path.Combine(_folder, "gone");
        AssertRefused(["--media", file], $"'{file}' is a file; --media takes a folder, such as {_folder}");
        AssertRefused(["--media", gone], $"no folder '{gone}'", "--media");
        AssertRefused(["--media", empty], "contains no files");
        AssertRefused(["--media", texts], "None of the 1 files", ".mp4");
        AssertRefused(["--media", _folder], "Left out:", "is not a media file that FFmpeg recognises", "None of the 1 media files");
        AssertRefused(["--schedule", _folder], "is a folder; name the JSON file");
        AssertRefused(["--schedule", gone], gone);
        AssertRefused(["--data", file], $"'{file}' is a file; --data takes a folder");
        AssertRefused(["--data", Path.Combine(file, "below")], $"'{file}' is a file; --data takes a folder");
        AssertRefused(["--media", empty, "--host", "192.0.2.1"], "contains no files");
    }

    [Test]
    public void Name_that_is_no_utf8_is_said_to_be_that()
    {
        Tool.OutputOf("sh", "-c", $"printf x > \"$(printf '{_folder}/caf\\351.mp4')\"");
        AssertRefused(["--media", _folder], "not valid UTF-8", "Rename it");
        Tool.OutputOf("sh", "-c", $"rm '{_folder}'/*.mp4");
    }

    [Test]
    public void Port_and_address_that_cannot_be_listened_on_are_named()
    {
        string media = MediaFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        AssertRefused(["--media", media, "--port", $"{port}"], $"Port {port} of 127.0.0.1 is in use", "--port");
        AssertRefused(["--media", media, "--host", "192.0.2.1"], "192.0.2.1 is not an address of this machine", "--host");
    }

    [Test]
    public async Task Log_has_progress_in_plain_lines_and_a_line_for_a_file_that_is_too_short()
    {
        string media = MediaFolder();
        File.Copy(
            MadeMedia.Make("blink.mp4", "-f lavfi -i testsrc=size=320x180:rate=25:duration=0.08 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"),
            Path.Combine(media, "blink.mp4"));
        using Process station = Start(["--media", media, "--port", "0"]);
        string output = await ReadUntilAsync(station, "on the air");
        station.Kill();
        Assert.That(output, Does.StartWith("Checking 3 files"));
        Assert.That(output, Does.Not.Contain("\u001b"), "an escape sequence");
        Assert.That(await station.StandardError.ReadToEndAsync(), Does.Contain("blink.mp4' lasts only 0.080000000s; an item has to last at least 100 ms"));
    }

    [Test]
    [Category("Slow")]
    public async Task Two_stations_that_make_their_media_in_one_folder_both_air()
    {
        using Process first = Start(["--data", _folder, "--port", "0"]);
        await ReadUntilAsync(first, "Making demo media");
        using Process second = Start(["--data", _folder, "--port", "0"]);
        string waited = await ReadUntilAsync(second, "waiting for it");
        Assert.That(waited, Does.Contain($"Process {first.Id} "));
        string firstSaid = await ReadUntilAsync(first, "on the air");
        await ReadUntilAsync(second, "on the air");
        first.Kill();
        second.Kill();
        Assert.That(firstSaid, Does.Not.Contain("\u001b"));
        Assert.That(Percent().Count(firstSaid), Is.GreaterThan(2), "progress in plain lines");
        Assert.That(Directory.EnumerateFiles(_folder, "*.part", SearchOption.AllDirectories), Is.Empty);
    }

    private string MediaFolder()
    {
        string media = Directory.CreateDirectory(Path.Combine(_folder, "media")).FullName;
        foreach (string name in new[] { "one", "two" })
        {
            File.Copy(TestMedia.Clip("command"), Path.Combine(media, $"{name}.mp4"));
        }

        return media;
    }

    private static void AssertRefused(string[] arguments, params string[] said)
    {
        using Process station = Start(arguments);
        Task<string> output = station.StandardOutput.ReadToEndAsync();
        string error = station.StandardError.ReadToEnd();
        station.WaitForExit();
        Assert.That(station.ExitCode, Is.EqualTo(1), $"{string.Join(' ', arguments)}: {error}{output.Result}");
        Assert.Multiple(() =>
        {
            foreach (string part in said)
            {
                Assert.That(error, Does.Contain(part), string.Join(' ', arguments));
            }

            Assert.That(error, Does.Not.Contain("   at "), "a stack trace");
        });
    }

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Repository.Sample("Station"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private static async Task<string> ReadUntilAsync(Process process, string text)
    {
        var all = new System.Text.StringBuilder();
        ClockTime limit = Media.Clocks.SystemClock.Instance.Now + ClockTime.FromSeconds(240);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            all.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return all.ToString();
            }

            Assert.That(Media.Clocks.SystemClock.Instance.Now, Is.LessThan(limit), text);
        }

        Assert.Fail($"The station ended without '{text}': {all}{await process.StandardError.ReadToEndAsync()}");
        return "";
    }

    [GeneratedRegex(@"^ +\d+ %  ", RegexOptions.Multiline, 1000)]
    private static partial Regex Percent();
}
