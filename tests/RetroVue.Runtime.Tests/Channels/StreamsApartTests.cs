using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A file that has its sound seconds after the pictures of the same time, so that it comes too late.</summary>
public sealed class StreamsApartTests
{
    private const int PacketSize = 188;
    private const int AudioPid = 0x101;
    private const int Seconds = 20;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void File_whose_streams_are_too_far_apart_is_named_and_not_the_machine([Values] ProfileMode mode)
    {
        string file = MakeApart();
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(64, 48, new Rational(25, 1));
        using var log = new RecordedLog();
        using var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(Seconds))], loggerFactory: log);
        channel.Join();
        channel.Watch(Duration.FromSeconds(Seconds));
        Assert.That(log.Lines, Has.None.StartsWith("1109"), "the machine");
        // Of a transcoded one the converter has left that out already, as it does with sound of one time twice.
        int told = mode == ProfileMode.Copy ? 1 : 0;
        Assert.That(log.Lines.Where(line => line.StartsWith("1122", StringComparison.Ordinal)), Has.Exactly(told).Contains(file));
    }

    private static string MakeApart()
    {
        string film = MadeMedia.Make(
            "together.ts",
            $"-f lavfi -i testsrc=s=64x48:r=25 -f lavfi -i sine=r=48000 -t {Seconds} -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -b:a 64k");
        string apart = Path.Combine(MadeMedia.Folder, "apart.ts");
        byte[] bytes = File.ReadAllBytes(film);
        byte[][] packets = [.. Enumerable.Range(0, bytes.Length / PacketSize).Select(i => bytes[(i * PacketSize)..((i + 1) * PacketSize)])];
        int later = packets.Length * 7 / Seconds;
        File.WriteAllBytes(apart, [.. packets.Select((packet, i) => (packet, At: Pid(packet) == AudioPid ? i + later : i)).OrderBy(one => one.At).SelectMany(one => one.packet)]);
        return apart;

        static int Pid(byte[] packet) => ((packet[1] & 0x1F) << 8) | packet[2];
    }
}
