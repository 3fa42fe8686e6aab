using System.Security.Cryptography;
using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The same plan and the same times give the same bytes.</summary>
public sealed class DeterminismTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [Test]
    public async Task Run_twice_gives_the_same_bytes([Values] ProfileMode mode)
    {
        string first = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 20);
        string second = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 10);
        ThreadPool.GetMinThreads(out int workers, out int ports);
        try
        {
            string[] hashes = [Run(workers), Run(workers + 7)];
            Assert.That(hashes[1], Is.EqualTo(hashes[0]));
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
        }

        string Run(int threads)
        {
            ThreadPool.SetMinThreads(threads, ports);
            ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(25, 1));
            var channel = new SimulatedChannel(s_start, profile, [(first, Duration.FromSeconds(20)), (second, Duration.FromSeconds(10))]);
            channel.Join();
            channel.Watch(Duration.FromSeconds(35));
            channel.Leave();
            channel.Watch(Duration.FromSeconds(15));
            Assert.That(channel.Manager.Output, Is.Null, "The linger is ten seconds.");
            channel.Dispose();
            Assert.That(channel.Received, Has.Length.GreaterThan(100_000));
            return Convert.ToHexString(SHA256.HashData(channel.Received));
        }
    }
}
