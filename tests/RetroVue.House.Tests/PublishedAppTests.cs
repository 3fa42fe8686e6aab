using System.Runtime.InteropServices;

namespace RetroVue.House.Tests;

/// <summary>An app that uses the packages is published trimmed, and as native code. It then works as before.</summary>
[Category("Slow")]
public sealed class PublishedAppTests
{
    private const string Program =
        """
        using Microsoft.Extensions.Logging.Abstractions;
        using RetroVue.Media.Elements.Probes;
        using RetroVue.Media.Elements.TestSources;
        using RetroVue.Media.FFmpeg;
        using RetroVue.Media.FFmpeg.Codecs;
        using RetroVue.Media.FFmpeg.Containers;
        using RetroVue.Media.Pipelines;
        using RetroVue.Media.Time;

        FFmpegLibrary.LogTo(NullLoggerFactory.Instance);
        await using (var making = new Pipeline())
        {
            var picture = making.Add(new TestVideoSource("picture", new TestVideoOptions { Width = 320, Height = 180, Count = 50 }));
            var tone = making.Add(new TestToneSource("tone", new TestToneOptions { Duration = ClockTime.FromSeconds(2) }));
            var h264 = making.Add(new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast" }));
            var aac = making.Add(new Encoder("aac", new EncoderOptions { Codec = "aac" }));
            var file = making.Add(new FileMuxer("file", args[0]));
            making.Link(picture, h264);
            making.Link(tone, aac);
            making.Link(h264.Outputs[0], file.AddStream("video"));
            making.Link(aac.Outputs[0], file.AddStream("audio"));
            await making.RunAsync();
        }

        await using var reading = new Pipeline();
        var source = reading.Add(new FileDemuxer("source", args[0]));
        source.Open();
        var decoder = reading.Add(new Decoder("decoder"));
        var pictures = reading.Add(new TimestampProbe("pictures", capacity: 100));
        var sound = reading.Add(new TimestampProbe("sound"));
        reading.Link(source.VideoOutput!, decoder.Inputs[0]);
        reading.Link(decoder, pictures);
        reading.Link(source.AudioOutput!, sound.Inputs[0]);
        await reading.RunAsync();
        TimestampRecord[] seen = pictures.Snapshot();
        Console.WriteLine($"{source.Info.Container}: {seen.Length} pictures in {seen[^1].Pts - seen[0].Pts}, sound: {sound.Count > 90}");
        """;

    // There are 49 frame intervals of 40 ms. 2 s of AAC at 48 kHz are 94 packets of 1024 samples, and one packet for the encoder's delay.
    private const string Printed = "mpegts: 50 pictures in 1.960000000s, sound: True";

    private PackedProject? _project;

    private static string Runtime => RuntimeInformation.RuntimeIdentifier.StartsWith("linux-", StringComparison.Ordinal)
        ? RuntimeInformation.RuntimeIdentifier
        : $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    [OneTimeSetUp]
    public void MakeProject()
    {
        PackedProject.NeedBridge();
        _project = new PackedProject(Program, "RetroVue.Media.FFmpeg");
    }

    [OneTimeTearDown]
    public void Remove() => _project?.Dispose();

    [Test]
    public void Trimmed_app_makes_a_file_and_reads_it_back() => PublishAndRun("trimmed", "--self-contained -p:PublishTrimmed=true");

    /// <summary>The C compiler only links. Packages of .NET generate the native code.</summary>
    [Test]
    public void App_of_native_code_makes_a_file_and_reads_it_back()
    {
        _ = Tool.Run("gcc", "--version");
        PublishAndRun("native", "-p:PublishAot=true -p:CppCompilerAndLinker=gcc");
    }

    private void PublishAndRun(string name, string how)
    {
        string folder = Path.Combine(_project!.Folder, "published", name);
        _project.Dotnet($"publish -c Release -r {Runtime} {how} -p:TrimmerSingleWarn=false -p:TreatWarningsAsErrors=true -v quiet -o {folder}");
        Assert.That(Tool.OutputOf(Path.Combine(folder, "Project"), Path.Combine(folder, "clip.ts")), Is.EqualTo($"{Printed}\n"));
    }
}
