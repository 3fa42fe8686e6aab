using System.Security.Cryptography;
using NodaTime;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Producers;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The same plan and the same times give the same bytes, however many threads there are.</summary>
public sealed class DeterminismTests
{
    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Run_twice_gives_the_same_stream_playlists_and_segments([Values] ProfileMode mode)
    {
        string first = await TestFiles.MakeAsync(s_rate, 25 * 20);
        string second = await TestFiles.MakeAsync(s_rate, 25 * 10);
        AssertSameAtTwoPoolSizes(() =>
        {
            ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
            var channel = new SimulatedChannel(s_start, profile, [(first, Duration.FromSeconds(20)), (second, Duration.FromSeconds(10))]);
            using var stream = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var recorded = new HlsRecorder();
            channel.Join(isHls: true);
            HlsSegmenter segmenter = HlsStream.Of(channel.Session!.Output).Segmenter;
            for (int i = 0; i < 35_000 / 80; i++)
            {
                channel.Watch(Duration.FromMilliseconds(80));
                stream.AppendData(channel.Received);
                channel.Forget();
                recorded.Look(segmenter);
            }

            channel.Leave();
            channel.Watch(Duration.FromSeconds(15));
            Assert.That(channel.Manager.Output, Is.Null, "The output ends after the linger of ten seconds.");
            channel.Dispose();
            // A segment of a copied channel lasts some four seconds.
            Assert.That(recorded.Segments, Is.GreaterThanOrEqualTo(5));
            return $"stream {Convert.ToHexString(stream.GetHashAndReset())}, HLS {recorded.Hash()}";
        });
    }

    [Test]
    public async Task Hour_of_a_copied_channel_takes_seconds_and_is_the_same_twice()
    {
        string first = await TestFiles.MakeAsync(s_rate, 25 * 20);
        string second = await TestFiles.MakeAsync(s_rate, 25 * 10);
        ClockTime began = Media.Clocks.SystemClock.Instance.Now;
        AssertSameAtTwoPoolSizes(() =>
        {
            using var stream = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var channel = new SimulatedChannel(
                s_start, ChannelProfile.Copy, [(first, Duration.FromSeconds(20)), (second, Duration.FromSeconds(10))]);
            channel.Join();
            long bytes = 0;
            for (int second = 0; second < 3600; second++)
            {
                channel.Watch(Duration.FromSeconds(1));
                stream.AppendData(channel.Received);
                bytes += channel.Received.Length;
                channel.Forget();
            }

            channel.Dispose();
            return $"{bytes} bytes, {Convert.ToHexString(stream.GetHashAndReset())}";
        });
        ClockTime took = Media.Clocks.SystemClock.Instance.Now - began;
        await TestContext.Out.WriteLineAsync($"Two hours took {took}.");
        // Each of the two runs takes about 3 s on an idle machine. The bound is for a busy machine; it is a hundredth of the two hours.
        Assert.That(took, Is.LessThan(ClockTime.FromSeconds(72)));
    }

    [Test]
    public async Task Pipeline_with_tee_and_queues_gives_the_same_bytes_in_simulation_and_on_threads()
    {
        string file = await TestFiles.MakeAsync(s_rate, 25 * 20);
        string simulated = AssertSameAtTwoPoolSizes(() =>
        {
            var executor = new SimulatedExecutor();
            Branches branches = Build(file, executor);
            Task run = branches.Pipeline.RunAsync();
            executor.RunUntilCompleted(run, ClockTime.FromSeconds(100));
            executor.RunUntilCompleted(branches.Pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(100));
            return branches.Hash();
        });
        // Chance decides which thread is first. One run would tell little.
        string[] threaded = new string[6];
        for (int i = 0; i < threaded.Length; i++)
        {
            Branches branches = Build(file, new ThreadedExecutor(name: "determinism"));
            await branches.Pipeline.RunAsync();
            await branches.Pipeline.DisposeAsync();
            threaded[i] = branches.Hash();
        }

        Assert.That(threaded, Is.All.EqualTo(simulated));
    }

    private static string AssertSameAtTwoPoolSizes(Func<string> run)
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        try
        {
            string first = run();
            ThreadPool.SetMinThreads(workers + 7, ports);
            Assert.That(run(), Is.EqualTo(first));
            // A reader can compare this line with that of another version of the code.
            TestContext.Out.WriteLine(first);
            return first;
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
        }
    }

    /// <summary>
    /// Builds a pipeline that copies a file into one transport stream and encodes it anew into another: tees, with a queue on every branch.
    /// </summary>
    private static Branches Build(string file, Executor executor)
    {
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("demuxer", file));
        demuxer.Open();
        Tee pictures = pipeline.Add(new Tee("pictures")), sound = pipeline.Add(new Tee("sound"));
        pipeline.Link(demuxer.VideoOutput!, pictures.Inputs[0]);
        pipeline.Link(demuxer.AudioOutput!, sound.Inputs[0]);
        TransportStreamMuxer copied = pipeline.Add(new TransportStreamMuxer("copied")), encoded = pipeline.Add(new TransportStreamMuxer("encoded"));
        Link(pictures, copied, "copied-pictures");
        Link(sound, copied, "copied-sound");
        Link(
            pictures,
            encoded,
            "encoded-pictures",
            new Decoder("decoded-pictures"),
            new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast", Quality = 30 }));
        Link(sound, encoded, "encoded-sound", new Decoder("decoded-sound"), new Encoder("aac", new EncoderOptions { Codec = "aac", BitRate = 64_000 }));
        var hashes = new[] { IncrementalHash.CreateHash(HashAlgorithmName.SHA256), IncrementalHash.CreateHash(HashAlgorithmName.SHA256) };
        pipeline.Link(copied, pipeline.Add(new CollectingSink("copied-bytes", buffer => hashes[0].AppendData(buffer.Data))));
        pipeline.Link(encoded, pipeline.Add(new CollectingSink("encoded-bytes", buffer => hashes[1].AppendData(buffer.Data))));
        return new Branches(pipeline, hashes);

        void Link(Tee tee, TransportStreamMuxer muxer, string name, params Element[] between)
        {
            Element last = pipeline.Add(new BufferQueue(name));
            pipeline.Link(tee.AddBranch(), last.Inputs[0]);
            foreach (Element element in between)
            {
                pipeline.Link(last, pipeline.Add(element));
                last = element;
            }

            pipeline.Link(last.Outputs[0], muxer.AddTrack());
        }
    }

    private sealed record Branches(Pipeline Pipeline, IncrementalHash[] Hashes)
    {
        public string Hash() => string.Join(", ", Hashes.Select(hash => Convert.ToHexString(hash.GetHashAndReset())));
    }

    /// <summary>Hashes every playlist, and every segment that the playlists name, once.</summary>
    private sealed class HlsRecorder : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private HlsPlaylist? _last;

        public int Segments { get; private set; }

        public void Look(HlsSegmenter segmenter)
        {
            if (segmenter.Playlist is not { } playlist || ReferenceEquals(playlist, _last))
            {
                return;
            }

            _hash.AppendData(System.Text.Encoding.UTF8.GetBytes(playlist.ToText()));
            foreach (HlsEntry entry in playlist.Entries.Where(entry => _last is null || entry.Number > _last.Entries[^1].Number))
            {
                using HlsSegment segment = segmenter.Open(entry.Number)!;
                Segments++;
                for (int part = 0; part < segment.PartCount; part++)
                {
                    _hash.AppendData(segment.Part(part));
                }
            }

            _last = playlist;
        }

        public string Hash() => Convert.ToHexString(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }
}
