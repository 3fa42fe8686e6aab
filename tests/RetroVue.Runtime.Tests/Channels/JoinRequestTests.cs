using NodaTime;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The runtime serves any protocol by the request with which its viewers join a channel.</summary>
public sealed class JoinRequestTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Consumer_that_is_attached_as_its_viewer_joins_has_every_byte([Values] ProfileMode mode)
    {
        using SimulatedChannel channel = await CreateAsync(mode);
        Recorded? recorded = null;
        channel.Join(new JoinRequest("recorder") { Watching = output => recorded = output.Attach(_ => new Recorded()) });
        Assert.That(channel.Session!.Output.Attach(_ => new Recorded()), Is.SameAs(recorded), "An output has one consumer of a kind.");
        channel.Watch(Duration.FromSeconds(5));
        // A viewer who reads the live ring begins at the first place at which a viewer can join. A consumer also has the tables and clock
        // references before that place: at most half a second. From there on, both have the same bytes.
        byte[] all = recorded!.Bytes.ToArray();
        Assert.That(all.AsSpan().EndsWith(channel.Received), Is.True);
        Assert.That(all.Length - channel.Received.Length, Is.InRange(0, all.Length / 10));
        channel.Leave();
        channel.Executor.RunFor(ClockTime.FromSeconds(11));
        Assert.That(recorded.IsDisposed, Is.True, "The output is over.");
    }

    [Test]
    public async Task Consumer_is_told_of_the_output_that_takes_the_place_of_a_failed_one()
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        var told = new List<ChannelOutput>();
        channel.Join(new JoinRequest("recorder") { Watching = told.Add });
        channel.Watch(Duration.FromSeconds(2));
        ChannelOutput failed = channel.Session!.Output;
        channel.Do(() => failed.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        channel.Executor.RunFor(ClockTime.FromSeconds(2));
        Assert.That(told.Distinct(), Is.EqualTo(new[] { failed, channel.Manager.Output }));
    }

    [TestCase(0.0)]
    [TestCase(3.5)]
    [TestCase(60.0, Description = "The preroll is longer than the current item, so it begins in an earlier one.")]
    public async Task First_viewer_has_as_much_of_what_has_aired_as_it_asks_for(double preroll)
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Transcode);
        ClockTime joined = channel.Line.Now;
        channel.Join(new JoinRequest("late") { Preroll = ClockTime.FromMilliseconds((long)(preroll * 1000)) });
        channel.Watch(Duration.FromSeconds(2));
        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(channel.Save($"preroll-{preroll}.ts"));
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        double first = (((frames[0].Pts.Nanoseconds - joined.Nanoseconds) % wrap) + wrap) % wrap / 1e9;
        first = first > 40_000 ? first - (wrap / 1e9) : first;
        // The picture may be off by one frame of the grid: 40 ms.
        Assert.That(first, Is.EqualTo(-preroll).Within(0.041));
    }

    [Test]
    public async Task Viewer_who_is_silent_for_longer_than_it_said_has_left_and_others_have_not()
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        ViewerSession silent = channel.Complete(() => channel.Manager.JoinAsync(new JoinRequest("silent") { SilenceLimit = ClockTime.FromSeconds(5) }));
        ViewerSession steady = channel.Complete(() => channel.Manager.JoinAsync(new JoinRequest("steady")));
        channel.Executor.RunFor(ClockTime.FromSeconds(4));
        Assert.That(channel.Manager.Touch(silent.Id), Is.SameAs(silent));
        channel.Executor.RunFor(ClockTime.FromMilliseconds(4900));
        Assert.That(channel.Manager.ViewerCount, Is.EqualTo(2));
        // The channel looks for silent viewers once a second.
        channel.Executor.RunFor(ClockTime.FromMilliseconds(1200));
        Assert.That(channel.Manager.Sessions, Is.EqualTo(new[] { steady }));
    }

    [Test]
    public async Task Playlist_is_waited_for_until_it_is_there_or_the_output_is_over()
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Transcode);
        channel.Join();
        channel.Watch(Duration.FromSeconds(1));
        var hls = HlsStream.Of(channel.Session!.Output);
        Assert.That(hls.Begun.IsCompleted, Is.False);
        double waited = 0;
        for (; !hls.Begun.IsCompleted && waited < 20; waited += 0.1)
        {
            channel.Watch(Duration.FromMilliseconds(100));
        }

        // The playlist needs three segments of two seconds. The first begins at the next key frame, and the last is listed after it has
        // been shown.
        Assert.That(waited, Is.InRange(6, 9));
        Assert.That(hls.Segmenter.Playlist, Is.Not.Null);
        ChannelOutput output = channel.Session.Output;
        channel.Leave();
        channel.Executor.RunFor(ClockTime.FromSeconds(11));
        Assert.That(hls.Segmenter.Playlist!.Entries.Select(entry => hls.Segmenter.Open(entry.Number)), Has.All.Null, "The output is over.");
        Assert.That(HlsStream.Of(output), Is.SameAs(hls));
    }

    [Test]
    public async Task Nobody_waits_for_the_playlist_of_an_output_that_is_over()
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        channel.Join();
        ChannelOutput output = channel.Session!.Output;
        channel.Leave();
        channel.Executor.RunFor(ClockTime.FromSeconds(11));
        Assert.That(channel.Manager.Output, Is.Null);
        Assert.That((HlsStream.Of(output).Begun.IsCompleted, HlsStream.Of(output).Segmenter.Playlist), Is.EqualTo((true, (object?)null)));
    }

    private static async Task<SimulatedChannel> CreateAsync(ProfileMode mode)
    {
        string film = await TestFiles.MakeAsync(s_rate, 25 * 40);
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        var channel = new SimulatedChannel(s_start, profile, [(film, Duration.FromSeconds(40))]);
        channel.Executor.RunFor(ClockTime.FromSeconds(90));
        return channel;
    }

    private sealed class Recorded : IChunkConsumer
    {
        public MemoryStream Bytes { get; } = new();

        public bool IsDisposed { get; private set; }

        public void OnChunk(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now) => Bytes.Write(chunk.Buffer.Data);

        public void Dispose() => IsDisposed = true;
    }
}
