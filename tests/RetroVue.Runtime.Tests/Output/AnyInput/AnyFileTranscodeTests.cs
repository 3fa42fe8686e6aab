using System.Collections.Immutable;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A file of any kind is decoded. The channel's pictures and sound go on, and they are those of the file at each time.</summary>
/// <remarks>The files' times are true. Packets may be missing if FFmpeg does not give them out, or only half a minute later
/// (<see cref="ScriptFile.Unreadable"/>).</remarks>
public sealed class AnyFileTranscodeTests
{
    private const int SampleRate = 8_000;

    private static readonly Rational[] s_rates = [new(25, 1), new(30_000, 1001), new(5, 1)];
    private static readonly ScriptFile s_next = new("mp4", "h264", "aac");
    private static readonly MediaScript s_nextScript = s_next.Within(MediaScript.Shown(
        [.. Enumerable.Range(0, 250).Select(i => ClockTime.FromMilliseconds(40 * i))], ClockTime.FromSeconds(10), 12, 2, s_next.SoundStep));

    [Test]
    public void Pictures_and_sound_are_the_files_at_every_time_and_the_next_item_begins_at_its() =>
        RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_transcoded() => RandomCases.Run(10_000, CheckCase);

    // A Matroska file cannot be sought by a stream without packets.
    [Test]
    public void Sound_of_a_film_none_of_whose_pictures_is_there_is_heard() => RandomCases.Repeat(312_271_711, CheckCase);

    private static void CheckCase(Random random)
    {
        ScriptFile file = ScriptFile.Any(random);
        MediaScript script = file.Within(MediaScript.Create(random, isReordered: true, mayBeWrong: false, file.SoundStep));
        ClockTime join = ClockTime.FromNanoseconds((long)(random.NextDouble() * script.Length.Nanoseconds));
        Rational rate = s_rates[random.Next(3)];
        if (script.Packets.Count == 0)
        {
            return;
        }

        long before = MediaBuffer.LiveCount;
        try
        {
            string path = file.Write("any", script, Mark.First);
            if (ScriptFile.Probe(path) is null)
            {
                TestContext.Out.WriteLine($"{file.Picture} and {file.Sound} in {file.Container}, {script.Description}: nobody knows what it is");
                return;
            }

            AiredGrid aired = Air(path, script, rate, join);
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            aired.AssertGoesOn();
            AssertPictures(aired, file, script, join);
            AssertSound(aired, script, AiredGrid.Zero + join + ClockTime.FromMilliseconds(250));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{file.Picture} and {file.Sound} in {file.Container}, {script.Description}, at {rate}, joined at {join}: {exception.Message}", exception);
        }
    }

    private static AiredGrid Air(string path, MediaScript script, Rational rate, ClockTime join)
    {
        var profile = new RawFormats(
            new VideoFormat(PixelFormat.Yuv420P, NumberedPicture.Width, NumberedPicture.Height, rate),
            new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Mono));
        string next = Path.Combine(MadeMedia.Folder, "any-next.mp4");
        next = File.Exists(next) ? next : s_next.Write("any-next", s_nextScript, Mark.Next);
        Instant end = AiredGrid.Start + Duration.FromNanoseconds(script.Length.Nanoseconds);
        PlayoutEntry first = new(EntryKind.Programme, AiredGrid.Start, end, "first", path, Duration.Zero);
        PlayoutEntry second = new(EntryKind.Programme, end, end + Duration.FromSeconds(60), "second", next, Duration.Zero);
        using var cache = new InputCache(2);
        return AiredGrid.Watch(profile, script.Length, join, Open, NumberedPicture.Read);

        Task<ItemPlayer> Open(PipelineOptions options, ChannelLine line, bool isNext)
        {
            var channel = new Channel(Guid.Empty, "test", "Test", DateTimeZone.Utc, ChannelProfile.Transcode(NumberedPicture.Width, NumberedPicture.Height, rate));
            var kind = new TranscodedChannel(profile);
            IItemOpener opener = kind.CreateItems(line, new SlateItems(channel, line, kind, _ => second, options), cache, options);
            PlayoutEntry entry = isNext ? second : first;
            ClockTime start = line.At(entry.Start);
            return opener.OpenAsync(entry, isNext ? start : start + join, start, CancellationToken.None);
        }
    }

    private static void AssertPictures(AiredGrid aired, ScriptFile file, MediaScript script, ClockTime join)
    {
        HashSet<(MediaKind Kind, int Number)> unreadable = file.Unreadable(script, isDecoded: true);
        (ClockTime Pts, int Number, bool MayBeMissing)[] pictures =
        [
            .. script.Of(MediaKind.Video).OrderBy(packet => packet.Pts).Where(packet => packet.Pts < script.Length - ClockTime.FromMicroseconds(12))
                .Select(packet => (AiredGrid.Zero + packet.Pts, ScriptFile.NumberOf(script, Mark.First, packet.Number), unreadable.Contains((MediaKind.Video, packet.Number)))),
            .. s_nextScript.Of(MediaKind.Video).OrderBy(packet => packet.Pts)
                .Select(packet => (aired.End + packet.Pts, ScriptFile.NumberOf(s_nextScript, Mark.Next, packet.Number), false)),
        ];
        // If there is only sound, a slate airs. If the channel begins after the item's last picture, that picture comes only after all
        // sound. In both cases the pictures are checked from the next item on.
        bool isOver = !script.Of(MediaKind.Video).Any(packet => packet.Pts > join);
        aired.AssertPictures(pictures, NumberedPicture.None, file.Picture is null || isOver ? aired.End : AiredGrid.Zero + join);
    }

    /// <summary>Asserts that there is sound when the file has some, and silence at other times.</summary>
    private static void AssertSound(AiredGrid aired, MediaScript script, ClockTime from)
    {
        // A decoder and a resampler change the sound up to 80 ms from where it begins or ends.
        ClockTime near = ClockTime.FromMilliseconds(80), step = ClockTime.FromMilliseconds(20);
        float[] heard = [.. aired.Blocks.SelectMany(block => block.Samples)];
        long first = aired.Blocks[0].Pts.ToUnits(new Rational(1, SampleRate));
        List<(ClockTime From, ClockTime To, double Level)> sound =
        [
            .. script.Of(MediaKind.Audio).Select(packet => (AiredGrid.Zero + packet.Pts, ClockTime.Min(AiredGrid.Zero + packet.Pts + script.SoundStep, aired.End), 0.6))
                .Where(packet => packet.Item1 < aired.End),
            .. s_nextScript.Of(MediaKind.Audio).Select(packet => (aired.End + packet.Pts, aired.End + packet.Pts + s_nextScript.SoundStep, 0.15)),
        ];
        sound.Sort((a, b) => a.From.CompareTo(b.From));
        int at = 0;
        for (ClockTime time = from; time < aired.End + ClockTime.FromSeconds(4); time += step)
        {
            for (; at < sound.Count && sound[at].To < time - near; at++)
            {
            }

            (ClockTime covered, double least, double most) = (time - near, 1, 0);
            for (int i = at; i < sound.Count && sound[i].From < time + near; i++)
            {
                covered = sound[i].From <= covered + ClockTime.FromMilliseconds(2) ? sound[i].To : covered;
                (least, most) = (Math.Min(least, sound[i].Level), Math.Max(most, sound[i].Level));
            }

            int sample = (int)(time.ToUnits(new Rational(1, SampleRate)) - first);
            double level = Math.Sqrt(2 * heard.Skip(sample - 80).Take(160).Average(value => (double)value * value));
            bool isWhole = covered >= time + near;
            Assert.That(level, Is.InRange(isWhole ? least * 0.8 : 0, most == 0 ? 0.005 : most * 1.3), $"loudness at {time - AiredGrid.Zero} of {aired.End - AiredGrid.Zero}");
        }
    }
}
