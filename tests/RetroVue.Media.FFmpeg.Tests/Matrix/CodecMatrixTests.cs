using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Matrix;

/// <summary>
/// Every codec of FFmpeg's encoders in every container whose muxer takes it: probed, decoded, transcoded, and copied to the same
/// container, to MKV, MP4 and TS. The results are compared with those of ffprobe and <c>ffmpeg -c copy</c>. A difference is listed in
/// differences.tsv, or it is a fault.
/// </summary>
[LeakCheck]
public sealed class CodecMatrixTests
{
    private static readonly string[] s_targets = ["mkv", "mp4", "ts"];
    private static int s_combinations;
    private static int s_checks;
    private static int s_equal;
    private static int s_listed;

    private static IEnumerable<TestCaseData> Slice =>
        from pair in new[] { ("libx264", "mp4"), ("libx264", "ts"), ("libx265", "mov"), ("mpeg4", "avi"), ("qtrle", "mov"), ("aac", "mp4"), ("ac3", "ts"), ("wmav2", "asf"), ("adpcm_ima_wav", "wav"), ("pcm_s24le", "wav") }
        select new TestCaseData(pair.Item1, pair.Item2);

    [OneTimeTearDown]
    public void Tell() => TestContext.Progress.WriteLine(
        $"codec matrix: {s_combinations} combinations, {s_checks} comparisons: {s_equal} equal, {s_listed} differ as listed, {s_checks - s_equal - s_listed} differ otherwise");

    [TestCaseSource(nameof(Slice))]
    public void Common_pair_is_handled_as_ffmpeg_does(string encoder, string container) => Assert.That(Try(encoder, container), Is.Empty);

    [TestCaseSource(typeof(MatrixCodecs), nameof(MatrixCodecs.Names))]
    [Category("Soak")]
    public void Codec_is_handled_as_ffmpeg_does_in_every_container(string encoder) =>
        Assert.That(MatrixCodecs.Containers.SelectMany(container => Try(encoder, container)), Is.Empty);

    /// <summary>Returns the differences that are not listed.</summary>
    private static List<string> Try(string encoder, string container)
    {
        var source = Path.Combine(MadeMedia.Folder, $"matrix-{encoder}.{container}");
        // Some muxers write files that no demuxer recognizes.
        if (Tool.Run("ffmpeg", $"-v quiet -nostdin -y {MatrixCodecs.Arguments(encoder)} -bitexact {source}").ExitCode != 0 || ProbedStream.Read(source) is not { Packets.Count: > 0, Decoded: > 0 } probed)
        {
            return [];
        }

        s_combinations++;
        var unlisted = new List<string>();
        Guard("probe", () => Probe(source, probed));
        Guard("decode", () => Decode(source, probed));
        Guard("transcode", () => Transcode(source, probed));
        foreach (var target in s_targets.Append(container).Distinct(StringComparer.Ordinal))
        {
            Guard($"copy-{target}", () => Copy(source, target, probed));
        }

        File.Delete(source);
        return unlisted;

        void Guard(string step, Func<IEnumerable<(string Kind, string Text)>> check)
        {
            List<(string Kind, string Text)> found;
            try
            {
                found = [.. check()];
            }
            catch (Exception exception) when (exception is ElementException or MediaFileException or FFmpegException)
            {
                found = [("error", exception.Message)];
            }

            s_checks++;
            var faults = found.Where(item => KnownDifferences.CauseOf(encoder, container, step, item.Kind) is null).ToList();
            (s_equal, s_listed) = found.Count == 0 ? (s_equal + 1, s_listed) : (s_equal, s_listed + (faults.Count == 0 ? 1 : 0));
            unlisted.AddRange(faults.Select(item => $"{encoder}\t{container}\t{step}\t{item.Kind}\t{item.Text}"));
        }
    }

    private static IEnumerable<(string Kind, string Text)> Probe(string source, ProbedStream probed)
    {
        var demuxed = Demuxing.Run(source);
        var info = demuxed.Info.Video ?? demuxed.Info.Audio!;
        var packets = demuxed.Info.Video is null ? demuxed.Audio : demuxed.Video;
        if (info.Format.Codec != probed.Codec)
        {
            yield return ("codec", $"{info.Format.Codec} for {probed.Codec}");
        }

        if (info.Format.ParameterSets.Length != probed.Extradata)
        {
            yield return ("extradata", $"{info.Format.ParameterSets.Length} for {probed.Extradata}");
        }

        if (packets.Length != probed.Packets.Count)
        {
            yield return ("packets", $"{packets.Length} for {probed.Packets.Count}");
            yield break;
        }

        // Stored times are kept to the microsecond that ffprobe prints. Times that are not stored are estimated.
        var ours = packets.Select(packet => new ProbedStream.Packet(Seconds(packet.Pts), Seconds(packet.Dts), Seconds(packet.Duration))).ToList();
        foreach (var difference in Times(ours, probed.Packets, 0.0000011, onlyStated: true))
        {
            yield return difference;
        }
    }

    private static IEnumerable<(string Kind, string Text)> Decode(string source, ProbedStream probed)
    {
        var demuxer = new FileDemuxer("demuxer", source);
        demuxer.Open();
        var start = demuxer.Info.StartTime;
        var isSound = demuxer.VideoOutput is null;
        using var decoded = Recording.Of(demuxer, new Decoder("decoder"));
        // Packets before the file's zero are decoded and not shown, but ffprobe shows them.
        var early = isSound ? 0 : probed.Packets.Count(packet => packet.Pts < Seconds(start) - 0.0001);
        var count = isSound
            ? decoded.Buffers.Sum(buffer => buffer.Duration.ToUnits(new Rational(1, ((AudioFormat)decoded.Format).SampleRate)))
            : decoded.Buffers.Count + early;
        return count == probed.Decoded ? [] : [(isSound ? "samples" : "frames", $"{count} for {probed.Decoded}")];
    }

    private static IEnumerable<(string Kind, string Text)> Transcode(string source, ProbedStream probed)
    {
        var demuxer = new FileDemuxer("demuxer", source);
        demuxer.Open();
        var isSound = demuxer.VideoOutput is null;
        Element converter = isSound
            ? new AudioConverter("converter", new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo))
            : new VideoConverter("converter", new VideoFormat(PixelFormat.Yuv420P, 176, 144, new Rational(25, 1)));
        using var encoded = Recording.Of(
            demuxer,
            new Decoder("decoder"),
            converter,
            new Encoder("encoder", isSound ? new EncoderOptions { Codec = "aac" } : new EncoderOptions { Codec = "mpeg2video" }));
        var first = encoded.Buffers.Count == 0 ? ClockTime.Zero : encoded.Buffers[0].Pts;
        var span = encoded.Buffers.Count == 0 ? 0 : encoded.Buffers.Max(buffer => buffer.End.Nanoseconds) - Math.Min(encoded.Buffers.Min(buffer => buffer.Pts.Nanoseconds), first.Nanoseconds);
        var starts = probed.Packets.Select(packet => packet.Pts ?? packet.Dts ?? 0).ToList();
        // If the container gives no duration, the mean step is used.
        var step = (starts.Max() - starts.Min()) / Math.Max(starts.Count - 1, 1);
        var expected = probed.Packets.Zip(starts, (packet, start) => start + (packet.Duration ?? step)).Max() - starts.Min();
        // The transcoded stream may be longer by a frame of AAC and its priming, or by a picture.
        return Math.Abs((span / 1e9) - expected) <= 0.065 ? [] : [("span", $"{span / 1e9:0.000} s for {expected:0.000} s")];
    }

    private static IEnumerable<(string Kind, string Text)> Copy(string source, string target, ProbedStream probed)
    {
        var (ours, theirs) = ($"{source}.ours.{target}", $"{source}.theirs.{target}");
        string? error = null;
        try
        {
            Copying.Run(source, ours);
        }
        catch (ElementException exception)
        {
            error = exception.Message;
        }

        var made = Tool.Run("ffmpeg", $"-v quiet -nostdin -y -i {source} -c copy -bitexact {theirs}").ExitCode == 0;
        var (one, other) = (error is null ? ProbedStream.Read(ours) : null, made ? ProbedStream.Read(theirs) : null);
        File.Delete(ours);
        File.Delete(theirs);
        if (one is null || other is null)
        {
            return (one, other) switch
            {
                (null, null) => [],
                (null, _) when other.Codec != probed.Codec => [("unreadable", $"ffmpeg's copy reads as {other.Codec}")],
                (null, _) => [("refused", error ?? "ffprobe finds no stream in ours")],
                _ => [("taken", "ffmpeg does not copy it")],
            };
        }

        return Compare(one, other, probed.Tick);
    }

    private static IEnumerable<(string Kind, string Text)> Compare(ProbedStream ours, ProbedStream theirs, double sourceTick)
    {
        if (ours.Codec != theirs.Codec)
        {
            yield return ("codec", $"{ours.Codec} for {theirs.Codec}");
        }

        if (ours.Tag != theirs.Tag)
        {
            yield return ("tag", $"{ours.Tag} for {theirs.Tag}");
        }

        if (ours.Extradata != theirs.Extradata)
        {
            yield return ("extradata", $"{ours.Extradata} for {theirs.Extradata}");
        }

        if (ours.Decoded != theirs.Decoded)
        {
            yield return ("decoded", $"{ours.Decoded} for {theirs.Decoded}");
        }

        if (ours.Packets.Count != theirs.Packets.Count)
        {
            yield return ("packets", $"{ours.Packets.Count} for {theirs.Packets.Count}");
            yield break;
        }

        // Each copy may have rounded to its own tick. If the source has a coarse tick, ffmpeg.c counts the samples of sound
        // (av_rescale_delta in its streamcopy), but we keep the source's times. Containers begin at different times: FFmpeg begins a TS at
        // 1.4 s, and we begin it at our running time.
        var shift = (ours.Packets[0].Pts ?? ours.Packets[0].Dts ?? 0) - (theirs.Packets[0].Pts ?? theirs.Packets[0].Dts ?? 0);
        var moved = theirs.Packets.Select(packet => packet with { Pts = packet.Pts + shift, Dts = packet.Dts + shift }).ToList();
        foreach (var difference in Times(ours.Packets, moved, Math.Max(sourceTick, Math.Max(ours.Tick, theirs.Tick)) + 0.0000021, onlyStated: false))
        {
            yield return difference;
        }
    }

    private static IEnumerable<(string Kind, string Text)> Times(IReadOnlyList<ProbedStream.Packet> ours, IReadOnlyList<ProbedStream.Packet> theirs, double tolerance, bool onlyStated)
    {
        foreach (var (kind, get) in new (string, Func<ProbedStream.Packet, double?>)[] { ("pts", packet => packet.Pts), ("dts", packet => packet.Dts), ("duration", packet => packet.Duration) })
        {
            for (var i = 0; i < ours.Count; i++)
            {
                var (a, b) = (get(ours[i]), get(theirs[i]));
                var differs = a is null || b is null ? a != b && !(onlyStated && b is null) : Math.Abs(a.Value - b.Value) > tolerance;
                if (differs)
                {
                    yield return (kind, $"{a} for {b} at {i} of {ours.Count}");
                    break;
                }
            }
        }
    }

    private static double? Seconds(ClockTime time) => time.IsNone ? null : time.Nanoseconds / 1e9;
}
