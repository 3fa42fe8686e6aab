using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Files are cut off at some place. The probe describes only what can be read of them.</summary>
public sealed class CutFileTests
{
    private const string Pictures = "-f lavfi -i testsrc=s=128x96:r=25 -f lavfi -i aevalsrc=sin(2000*t):s=48000 -t 4";
    private const string X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -bf 2";

    /// <summary>Each container with its index at the beginning, at the end, spread over the file, or without an index.</summary>
    private static readonly (string Name, string Recipe)[] s_files =
    [
        ("cut-fast.mp4", $"{Pictures} {X264} -c:a aac -movflags +faststart"),
        ("cut-last.mp4", $"{Pictures} {X264} -c:a aac"),
        ("cut-fragments.mp4", $"{Pictures} {X264} -c:a aac -movflags +frag_keyframe+empty_moov"),
        ("cut-hybrid.mp4", $"{Pictures} {X264} -c:a aac -movflags +frag_keyframe"),
        ("cut-fast.mov", $"{Pictures} -c:v mjpeg -c:a pcm_s16le -movflags +faststart"),
        ("cut.mkv", $"{Pictures} {X264} -c:a aac"),
        ("cut-cues.mkv", $"{Pictures} {X264} -c:a aac -cues_to_front 1"),
        ("cut.ts", $"{Pictures} {X264} -c:a aac"),
        ("cut.mpg", $"{Pictures} -c:v mpeg2video -g 12 -bf 2 -c:a mp2 -f vob"),
        ("cut.avi", $"{Pictures} -c:v mpeg4 -c:a libmp3lame"),
        ("cut.flv", $"{Pictures} {X264} -c:a aac"),
        ("cut.ogg", $"{Pictures} -vn -c:a libvorbis"),
        ("cut.wav", $"{Pictures} -vn -c:a pcm_s16le"),
        ("cut.mp3", $"{Pictures} -vn -c:a libmp3lame"),
        ("cut-fast.m4a", $"{Pictures} -vn -c:a aac -movflags +faststart"),
    ];

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Fast_start_lasts_as_long_as_it_can_be_read([Values(95, 80, 60, 40, 20)] int percent)
    {
        byte[] whole = File.ReadAllBytes(MadeMedia.Make(s_files[0].Name, s_files[0].Recipe));
        string path = Write("fast-start-cut.mp4", whole.AsSpan(0, whole.Length * percent / 100));
        ProbedMedia probed = MediaProbe.Probe(path);
        // 11 kB of the file are the index. The rest is spread evenly over the time, to a quarter of a second.
        Assert.That(probed.Duration.ToTimeSpan().TotalSeconds, Is.EqualTo(4.0 * percent / 100).Within(0.5));
        AssertLastsAsRead(path);
    }

    [Test]
    public void Any_file_cut_anywhere_lasts_as_long_as_it_can_be_read_or_is_refused() => RandomCases.Run(60, CutAnywhere);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_cut_anywhere_last_as_long_as_they_can_be_read_or_are_refused() => RandomCases.Run(10_000, CutAnywhere);

    private static void CutAnywhere(Random random)
    {
        (string name, string recipe) = s_files[random.Next(s_files.Length)];
        byte[] whole = File.ReadAllBytes(MadeMedia.Make(name, recipe));
        int length = random.Next(1, whole.Length + 1);
        try
        {
            AssertLastsAsRead(Write("anywhere-" + name, whole.AsSpan(0, length)));
        }
        catch (Exception)
        {
            TestContext.Out.WriteLine($"{name} cut to {length} of {whole.Length}");
            throw;
        }
    }

    private static void AssertLastsAsRead(string path)
    {
        ProbedMedia probed;
        try
        {
            probed = MediaProbe.Probe(path);
        }
        catch (MediaFileException exception)
        {
            Assert.That(exception.Message, Does.Contain(path));
            return;
        }

        Demuxing read = Demuxing.Run(path);
        ClockTime end = read.Video.Concat(read.Audio).Select(record => record.Pts + (record.Duration.IsNone ? ClockTime.Zero : record.Duration)).Max();
        Assert.That((probed.Duration - (end - read.Info.StartTime)).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(40)), $"{probed.Duration} {end - read.Info.StartTime}");

        // The file is also read from its middle, because the index may name places that are cut off.
        Demuxing late = Demuxing.Run(path, new FileDemuxerOptions { StartAt = probed.Duration / 2 });
        Assert.That(late.Video.Length + late.Audio.Length, Is.GreaterThan(0));
    }

    private static string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(MediaCorpus.Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
