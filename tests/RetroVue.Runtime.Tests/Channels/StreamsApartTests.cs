using System.Globalization;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// Files in which one stream lies seconds behind the other stream of the same time, and so late in the file that the channel does not find
/// it when it opens the file.
/// </summary>
public sealed class StreamsApartTests
{
    private const int PacketSize = 188;
    private const int VideoPid = 0x100;
    private const int AudioPid = 0x101;
    private const int Seconds = 20;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    // Pictures are large, so only a limited number waits for the sound of their time.
    [Test]
    public void File_whose_sound_comes_too_late_is_named_and_not_the_machine([Values] ProfileMode mode)
    {
        (string file, string[] lines, int pictures) = Air(mode, AudioPid);
        Assert.That(lines, Has.Length.EqualTo(1), string.Join('\n', lines));
        Assert.That(lines[0], Does.StartWith("1122").And.Contains(file));
        Assert.That(pictures, Is.GreaterThan((Seconds - 2) * 25), "pictures that differ");
    }

    // Sound is small, so it waits until its pictures come.
    [Test]
    public void File_whose_picture_comes_late_is_aired_whole([Values] ProfileMode mode)
    {
        (_, string[] lines, int pictures) = Air(mode, VideoPid);
        Assert.That(lines, Is.Empty);
        Assert.That(pictures, Is.GreaterThan((Seconds - 2) * 25), "pictures that differ");
    }

    // The packets of the late sound have no times of their own; only the first packet in a PES packet has one.
    [Test]
    public void Sound_that_begins_long_after_the_picture_is_heard_from_there_on()
    {
        const string Picture = "-f lavfi -i testsrc2=s=128x96:r=25", Video = "-c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p";
        string mute = MadeMedia.Make("mute.ts", $"{Picture} -t 8 {Video}");
        string loud = MadeMedia.Make("loud.ts", $"{Picture} -f lavfi -i sine=r=48000 -t 8 {Video} -c:a aac -b:a 64k -mpegts_start_pid 0x200 -output_ts_offset 8");
        string file = Path.Combine(MadeMedia.Folder, "late-sound.ts");
        File.WriteAllBytes(file, [.. File.ReadAllBytes(mute), .. File.ReadAllBytes(loud)]);
        using var channel = new SimulatedChannel(s_start, ChannelProfile.Transcode(128, 96, new Rational(25, 1)), [(file, Duration.FromSeconds(16))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(15));
        (int code, _, string said) = Tool.Run("ffmpeg", $"-v info -nostats -i {channel.Save("late-sound-aired.ts")} -map 0:a -af silencedetect=n=-50dB:d=0.05 -f null -");
        Assert.That(code, Is.Zero, said);
        string[] silences = [.. said.Split('\n').Where(line => line.Contains("silence_end", StringComparison.Ordinal))];
        Assert.That(silences, Has.Length.EqualTo(1), said);
        double until = double.Parse(silences[0].Split("silence_end:")[1].Split('|')[0], CultureInfo.InvariantCulture);
        // The received stream begins with the first picture. The sound fades in over the encoder's window of two packets (43 ms), so 0.1 s
        // is allowed.
        Assert.That(until, Is.EqualTo(8).Within(0.1), said);
    }

    /// <summary>
    /// Airs the file; returns it, the warnings and errors that were logged, and the number of different pictures that a viewer saw.
    /// </summary>
    private static (string File, string[] Lines, int Pictures) Air(ProfileMode mode, int late)
    {
        string file = MakeApart(late);
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(128, 96, new Rational(25, 1));
        using var log = new RecordedLog();
        using var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(Seconds))], new ChannelOptions { Linger = ClockTime.Zero }, log);
        using var measured = new Measurements(channel.Meters);
        channel.Join();
        channel.Watch(Duration.FromSeconds(Seconds));
        long packets = channel.Session!.Output.LatePackets;
        channel.Leave();
        // Packets that came in the last second count too.
        Assert.That(measured.Sum("retrovue.channel.late_packets", "channel=test reason=file"), Is.EqualTo(packets));
        (int code, string output, string error) = Tool.Run("ffmpeg", $"-v error -i {channel.Save($"apart-{mode}-{late}.ts")} -map 0:v -f framemd5 -");
        Assert.That(code, Is.Zero, error);
        int pictures = output.Split('\n').Where(line => line.StartsWith("0,", StringComparison.Ordinal)).Select(line => line[(line.LastIndexOf(',') + 1)..]).Distinct(StringComparer.Ordinal).Count();
        return (file, [.. log.Lines], pictures);
    }

    private static string MakeApart(int late)
    {
        string film = MadeMedia.Make(
            "together.ts",
            $"-f lavfi -i testsrc2=s=128x96:r=25 -f lavfi -i sine=r=48000 -t {Seconds} -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -b:a 64k");
        string apart = Path.Combine(MadeMedia.Folder, $"apart-{late}.ts");
        byte[] bytes = File.ReadAllBytes(film);
        byte[][] packets = [.. Enumerable.Range(0, bytes.Length / PacketSize).Select(i => bytes[(i * PacketSize)..((i + 1) * PacketSize)])];
        int later = packets.Length * 7 / Seconds;
        File.WriteAllBytes(apart, [.. packets.Select((packet, i) => (packet, At: Pid(packet) == late ? i + later : i)).OrderBy(one => one.At).SelectMany(one => one.packet)]);
        return apart;

        static int Pid(byte[] packet) => ((packet[1] & 0x1F) << 8) | packet[2];
    }
}
