using System.Diagnostics;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests;

/// <summary>Each instrument of docs/telemetry.md changes when it should.</summary>
[NonParallelizable]
public sealed class TelemetryTests
{
    private static string Clip => MadeMedia.Make(
        "telemetry.ts", "-f lavfi -i testsrc2=s=128x96:r=25 -t 4 -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p");

    [Test]
    public void Opening_is_measured_and_traced_by_kind()
    {
        string clip = Clip;
        List<Activity> activities = [];
        using var traced = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "RetroVue.Media.FFmpeg",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(traced);
        using var measured = new Measurements();
        MediaProbe.Probe(clip);
        Assert.That(() => MediaProbe.Probe(clip + ".missing"), Throws.TypeOf<MediaFileException>());
        Assert.That(measured.Of("retrovue.file.open.duration", "kind=read"), Has.Length.EqualTo(1).And.All.InRange(1e-6, 60));
        Assert.That(measured.Sum("retrovue.file.open.failures", "kind=read reason=lasting"), Is.EqualTo(1));
        Assert.That(activities.Select(activity => (activity.OperationName, activity.Status)), Is.EqualTo(new[]
        {
            ("retrovue.file.open", ActivityStatusCode.Unset), ("retrovue.file.open", ActivityStatusCode.Error),
        }));
        Assert.That(activities.SelectMany(activity => activity.Tags).Select(tag => (tag.Key, tag.Value)), Has.All.EqualTo(("kind", "read")));
    }

    [Test]
    public async Task Opening_to_write_is_measured_too()
    {
        using var measured = new Measurements();
        await using var pipeline = new Pipeline();
        var source = pipeline.Add(new TestToneSource("tone", new TestToneOptions { Duration = Time.ClockTime.FromSeconds(1) }));
        var encoder = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac" }));
        var file = pipeline.Add(new FileMuxer("file", Path.Combine(MadeMedia.Folder, "telemetry.mkv")));
        pipeline.Link(source, encoder);
        pipeline.Link(encoder.Outputs[0], file.AddStream("audio"));
        await pipeline.RunAsync();
        Assert.That(measured.Of("retrovue.file.open.duration", "kind=write"), Has.Length.EqualTo(1));
    }

    [Test]
    public void Damaged_packets_are_counted()
    {
        byte[] bytes = File.ReadAllBytes(Clip);
        // Sets the transport error indicator (ISO/IEC 13818-1, 2.4.3.3) of every fifth packet in the second half.
        for (int packet = bytes.Length / 376; packet < bytes.Length / 188; packet += 5)
        {
            bytes[(packet * 188) + 1] |= 0x80;
        }

        string damaged = Path.Combine(MadeMedia.Folder, "telemetry-damaged.ts");
        File.WriteAllBytes(damaged, bytes);
        using var measured = new Measurements();
        Demuxing seen = Demuxing.Run(damaged);
        Assert.That(seen.CorruptPackets, Is.GreaterThan(0), "damaged packets");
        Assert.That(measured.Sum("retrovue.file.damages", "reason=packet"), Is.EqualTo(seen.CorruptPackets));
    }
}
