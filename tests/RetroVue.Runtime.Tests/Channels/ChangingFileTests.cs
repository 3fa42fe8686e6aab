using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels.Splices;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// Copied files that change in their middle. The station refuses them at load. If it did not look at them, a slate airs from the change on.
/// </summary>
public sealed class ChangingFileTests
{
    private const int Seconds = 10;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static IEnumerable<string> Kinds => ChangingFile.Changing.Select(change => change.Kind);

    private static IEnumerable<TestCaseData> AtLoad =>
        ChangingFile.Changing.Select(change => new TestCaseData(change.Kind, change.Words));

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [TestCaseSource(nameof(AtLoad))]
    public void File_that_changes_is_refused_at_load(string kind, string words)
    {
        string file = ChangingFile.Make(kind);
        CopyAdmission admission = CopyAdmission.Decide([CopyCandidate.Of(file, MediaProbe.Probe(file))]);
        Assert.That(admission.Refused, Has.Length.EqualTo(1), $"{kind} is refused");
        Assert.That(admission.Refused[0].Reason, Does.Contain(words).And.Match("from 5[.]?[0-9]? s on"));
    }

    [TestCaseSource(typeof(ChangingFile), nameof(ChangingFile.Same))]
    public void File_that_changes_in_nothing_that_is_seen_is_admitted_and_airs_whole(string kind)
    {
        string file = ChangingFile.Make(kind);
        Assert.That(MediaProbe.Probe(file).Changes, Is.Empty);
        (string aired, IReadOnlyCollection<string> log) = Watch(file, file, Duration.FromSeconds(2), ChannelProfile.Copy, kind);
        Assert.That(log, Is.Empty);
        // The viewer sees 8 s of the first item and 4 to 5 s of the second. The join and the change of items may cost or add some pictures.
        Assert.That(CountSizes(aired)["320,180"], Is.InRange((8 + 4) * 25 - 30, ((8 + 5) * 25) + 15));
    }

    [TestCaseSource(nameof(Kinds))]
    public void File_that_changes_on_the_air_is_a_slate_from_there_and_the_next_is_in_time(string kind)
    {
        string file = ChangingFile.Make(kind), next = ChangingFile.PlainOf(kind);
        (string aired, IReadOnlyCollection<string> log) = Watch(file, next, Duration.FromSeconds(2), ChannelProfile.Copy, kind);
        Assert.That(log, Has.Some.Contains(file).And.Contains(ChangingFile.Changing.Single(change => change.Kind == kind).Words));
        Assert.That(CountSizes(aired).Keys, Is.EqualTo(new[] { "320,180" }), "sizes of pictures");
        Assert.That(Probe(aired, "a:0", "frame=sample_rate,channels").Distinct(StringComparer.Ordinal), Has.Exactly(1).Items, "kinds of sound");
        (int _, string _, string errors) = Tool.Run("ffmpeg", $"-nostdin -v error -i {aired} -f null -");
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void File_that_becomes_another_codec_long_before_its_end_is_a_slate_at_once()
    {
        const string kind = "mpeg2-codec-long";
        string file = ChangingFile.Make(kind), next = ChangingFile.PlainOf(kind);
        (string aired, IReadOnlyCollection<string> log) = Watch(file, next, Duration.FromSeconds(2), ChannelProfile.Copy, kind, length: 125, watched: 20);
        Assert.That(log, Has.Exactly(1).Contains(file).And.Contains("h264"));
        // The viewer leaves at 20 s. The first picture is shown at 3 s or before; one second may be missing before the slate.
        Assert.That(CountSizes(aired)["320,180"], Is.GreaterThan(16 * 25), "pictures");
    }

    [TestCase("size")]
    [TestCase("codec")]
    [TestCase("rate")]
    [TestCase("mpeg2-codec-long")]
    public void File_that_is_joined_after_its_change_is_a_slate(string kind)
    {
        string file = ChangingFile.Make(kind);
        (string aired, IReadOnlyCollection<string> log) = Watch(file, ChangingFile.PlainOf(kind), Duration.FromSeconds(7), ChannelProfile.Copy, kind);
        Assert.That(log, Has.Some.Contains(file).And.Contains(WordsOf(kind)));
        Assert.That(CountSizes(aired).Keys, Is.EqualTo(new[] { "320,180" }), "sizes of pictures");
    }

    [TestCase("size")]
    [TestCase("profile")]
    [TestCase("rate")]
    [TestCase("flash")]
    [TestCase("matroska")]
    public void File_that_changes_is_transcoded_whole(string kind)
    {
        string file = ChangingFile.Make(kind);
        ChannelProfile profile = ChannelProfile.Transcode(320, 180, new Rational(25, 1));
        (string aired, IReadOnlyCollection<string> log) = Watch(file, ChangingFile.PlainOf(kind), Duration.FromSeconds(2), profile, kind);
        Assert.That(log, Is.Empty);
        Assert.That(CountSizes(aired).Keys, Is.EqualTo(new[] { "320,180" }));
        // The last pictures are in decoding order, and some of them are missing. So the last four steps are not checked.
        double[] times = [.. Probe(aired, "v:0", "frame=pts_time").Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(times, Has.Length.GreaterThan((Seconds + 4 - 3) * 25));
        Assert.That(times.Zip(times.Skip(1), (a, b) => b - a).SkipLast(4), Is.All.EqualTo(0.04).Within(0.001));
    }

    [TestCase("codec")]
    [TestCase("codec-back")]
    [TestCase("codec-mpeg2")]
    [TestCase("mpeg2-codec")]
    [TestCase("mpeg2-hevc")]
    [TestCase("mpeg2-codec-long", 125)]
    [TestCase("sound-codec")]
    [TestCase("sound-codec-back")]
    public void File_of_another_codec_from_its_middle_on_is_transcoded_up_to_there(string kind, int length = Seconds)
    {
        string file = ChangingFile.Make(kind), next = ChangingFile.PlainOf(kind);
        ChannelProfile profile = ChannelProfile.Transcode(320, 180, new Rational(25, 1));
        (string aired, IReadOnlyCollection<string> log) = Watch(file, next, Duration.FromSeconds(2), profile, kind, length);
        Assert.That(log, Has.Exactly(1).Items.And.All.Contains(file).And.All.Contains(WordsOf(kind)));
        Assert.That(CountSizes(aired)["320,180"], Is.GreaterThan((Seconds + 4 - 3) * 25));
        (int _, string _, string errors) = Tool.Run("ffmpeg", $"-nostdin -v error -i {aired} -f null -");
        Assert.That(errors, Is.Empty);
    }

    private static string WordsOf(string kind) =>
        ChangingFile.Changing.Single(change => change.Kind == kind.Replace("-long", "", StringComparison.Ordinal)).Words;

    private static (string Aired, IReadOnlyCollection<string> Log) Watch(string file, string next, Duration join, ChannelProfile profile, string kind, int length = Seconds, int watched = Seconds + 4)
    {
        using var log = new RecordedLog();
        using var channel = new SimulatedChannel(
            s_start, profile, [(file, Duration.FromSeconds(length)), (next, Duration.FromSeconds(5))], loggerFactory: log, formatsOf: ChangingFile.PlainOf(kind));
        channel.Executor.RunFor(ClockTime.FromMilliseconds((long)join.TotalMilliseconds));
        channel.Join();
        channel.Watch(Duration.FromSeconds(watched) - join);
        string path = Path.Combine(MadeMedia.Folder, $"changed-{kind}-{join.TotalSeconds}-{profile.GetType().Name}.ts");
        File.WriteAllBytes(path, AiredSplices.WholePictures(channel.Received));
        return (path, log.Lines);
    }

    private static Dictionary<string, int> CountSizes(string path) =>
        Probe(path, "v:0", "frame=width,height").GroupBy(line => line, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    private static string[] Probe(string path, string stream, string entries) =>
        [.. Tool.OutputOf("ffprobe", $"-v quiet -select_streams {stream} -show_entries {entries} -of csv=p=0 {path}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.TrimEnd(','))];
}
