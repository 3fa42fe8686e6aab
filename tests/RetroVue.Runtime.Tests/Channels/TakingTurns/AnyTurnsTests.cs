using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>
/// Viewers, producers, outputs and swaps come in any order. A viewer who joins waits no longer than its file takes. A viewer who watches
/// has the output that is on the air. Viewers who are not there are not counted, and in the end nothing is left.
/// </summary>
public sealed class AnyTurnsTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Rules_hold_in_any_order_of_joins_leaves_failures_and_swaps() => RandomCases.Run(150, TryCase);

    [TestCase(784_280_500, Description = "The last viewer left while a recovery was opening the channel's file.")]
    public void Order_that_was_found_keeps_the_rules(int seed) => RandomCases.Repeat(seed, TryCase);

    [Test]
    [Category("Soak")]
    public void Rules_hold_in_ten_thousand_orders_of_joins_leaves_failures_and_swaps() => RandomCases.Run(10_000, TryCase);

    private static void TryCase(Random random)
    {
        using var turns = new Turns(random);
        try
        {
            for (int i = 0; i < 40; i++)
            {
                turns.Act();
                turns.Check();
            }

            turns.End();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{string.Join('\n', turns.Done)}", exception);
        }
    }

    private sealed class Turns : IDisposable
    {
        private static readonly ClockTime s_linger = ClockTime.FromSeconds(4);

        private readonly Random _random;
        private readonly Puppets _normal;
        private readonly Puppets _emergency;
        private readonly RecordedLog _log = new();
        private readonly SimulatedChannel _channel;
        private readonly List<Joining> _joining = [];
        private readonly List<ViewerSession> _sessions = [];
        private readonly List<Task<ProducerSwap?>> _swaps = [];
        private ClockTime _unwatchedSince;

        public Turns(Random random)
        {
            _random = random;
            _normal = new Puppets(ChannelMode.Normal, random);
            _emergency = new Puppets(ChannelMode.Emergency, random);
            string file = MadeMedia.Make("turns.mp4", "-f lavfi -i testsrc=s=320x180:r=25 -f lavfi -i sine=r=48000 -t 1 -c:v libx264 -pix_fmt yuv420p -c:a aac");
            _channel = new SimulatedChannel(
                s_start,
                ChannelProfile.Copy,
                [(file, Duration.FromHours(1))],
                new ChannelOptions { Linger = random.Next(2) == 0 ? ClockTime.Zero : s_linger },
                _log,
                producers: [_normal, _emergency]);
            _unwatchedSince = Now;
        }

        /// <summary>What has been done, for messages.</summary>
        public List<string> Done { get; } = [];

        private ChannelManager Manager => _channel.Manager;

        private ClockTime Now => _channel.Executor.Clock.Now;

        public void Act()
        {
            switch (_random.Next(12))
            {
                case < 3:
                    Join();
                    break;
                case 3 when Any(_joining) is { } joining:
                    Do("gives up", joining.Gone.Cancel);
                    break;
                case < 6 when Any(_sessions) is { } session:
                    _sessions.Remove(session);
                    Do("leaves", () => _ = session.DisposeAsync().AsTask());
                    break;
                case 6 when Any(_normal.Made) is { } puppet:
                    // The output that fails may be on the air, still being opened, or already over.
                    Do($"output of {puppet.Id} fails", () => puppet.Output.Failed!(new InvalidOperationException("The encoder is out of paper.")));
                    break;
                case 7 when Manager.OnAir.Producer is Puppet producer:
                    Do($"{producer.Id} fails", producer.Fail);
                    break;
                case 8:
                    Prepare();
                    break;
                case 9 when Any(_swaps) is { IsCompletedSuccessfully: true, Result: { } swap }:
                    Instant at = _channel.Clock.UtcNow + Duration.FromMilliseconds(_random.Next(8000));
                    Do($"commits {swap.Producer.Id} at {at}", () => _ = swap.CommitAsync(at));
                    break;
                case 10 when Any(_swaps) is { IsCompletedSuccessfully: true, Result: { } swap }:
                    Do($"revokes {swap.Producer.Id}", () => _ = swap.Revoke());
                    break;
                case 11 when Any(_swaps) is { IsCompletedSuccessfully: true, Result: { } swap } aborted:
                    _swaps.Remove(aborted);
                    Do($"aborts {swap.Producer.Id}", swap.Abort);
                    break;
            }

            ClockTime wait = ClockTime.FromMilliseconds(_random.Next(8) == 0 ? _random.Next(20_000) : _random.Next(1500));
            Done.Add($"{wait} pass");
            _channel.Executor.RunFor(wait);
        }

        public void Check()
        {
            foreach (Joining joining in _joining.Where(joining => joining.Task.IsCompleted).ToArray())
            {
                _joining.Remove(joining);
                if (joining.Task.IsCompletedSuccessfully)
                {
                    _sessions.Add(joining.Task.GetAwaiter().GetResult());
                }
            }

            Assert.That(Manager.Sessions.Select(session => session.Id), Is.EquivalentTo(_sessions.Select(session => session.Id)), "who watches");
            Assert.That(_joining.Where(joining => Now - joining.Since > Puppets.LongestWait), Is.Empty, "A viewer waits longer than its file.");
            if (Manager.Output is { } output)
            {
                Assert.That(Manager.OnAir.Producer, Is.InstanceOf<Puppet>().With.Property(nameof(Puppet.IsStarted)).True.And.Property(nameof(Puppet.IsDisposed)).False);
                Assert.That(_sessions.Select(session => session.Output), Has.All.SameAs(output), "Viewers have the output on the air.");
            }
            else if (_sessions.Count > 0)
            {
                Assert.That(Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Failed), "Off the air with viewers, a channel has failed.");
            }

            _unwatchedSince = _sessions.Count + _joining.Count > 0 ? ClockTime.None : _unwatchedSince.IsNone ? Now : _unwatchedSince;
            if (!_unwatchedSince.IsNone && Now - _unwatchedSince > s_linger)
            {
                Assert.That(Manager.Output, Is.Null, "The channel has no viewer, so it must be off the air.");
            }
        }

        public void End()
        {
            Done.Add("the end");
            _joining.ForEach(joining => _channel.Do(joining.Gone.Cancel));
            _sessions.ForEach(session => _channel.Do(() => _ = session.DisposeAsync().AsTask()));
            _channel.Executor.RunFor(ClockTime.FromSeconds(12));
            Assert.That((Manager.Output, Manager.ViewerCount), Is.EqualTo(((object?)null, 0)));
            Assert.That(_swaps, Has.All.Property(nameof(Task.IsCompleted)).True);
            foreach (Task<ProducerSwap?> swap in _swaps.Where(swap => swap.IsCompletedSuccessfully))
            {
                _channel.Do(() => swap.GetAwaiter().GetResult()?.Abort());
            }

            _channel.Dispose();
            Puppet[] made = [.. _normal.Made, .. _emergency.Made];
            Assert.That(made, Has.All.Property(nameof(Puppet.IsDisposed)).True);
            Assert.That(made.Select(puppet => puppet.Id), Is.Unique);
            Assert.That(_log.Lines.Where(line => line.StartsWith("1104", StringComparison.Ordinal)), Is.Empty, "Only expected failures were logged.");
        }

        public void Dispose()
        {
            _channel.Dispose();
            _log.Dispose();
        }

        private void Join()
        {
            var gone = new CancellationTokenSource();
            Task<ViewerSession>? joining = null;
            Do("joins", () => joining = Manager.JoinAsync(new JoinRequest("viewer"), gone.Token));
            _joining.Add(new Joining(joining!, gone, Now));
        }

        private void Prepare()
        {
            ChannelMode mode = _random.Next(3) == 0 ? ChannelMode.Normal : ChannelMode.Emergency;
            Instant at = _channel.Clock.UtcNow + Duration.FromSeconds(1);
            var request = new ProducerRequest(
                mode,
                mode == ChannelMode.Normal
                    ? null
                    : from => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, from, from + Duration.FromHours(1), "message", null, Duration.Zero)]));
            Task<ProducerSwap?>? preparing = null;
            Do($"prepares {mode}", () => preparing = Manager.OnAir.PrepareAsync(request, at));
            _ = preparing!.ContinueWith(failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _swaps.Add(preparing);
        }

        private void Do(string what, Action action)
        {
            Done.Add(what);
            _channel.Do(action);
        }

        private T? Any<T>(List<T> list)
            where T : class => list.Count == 0 ? null : list[_random.Next(list.Count)];

        private sealed record Joining(Task<ViewerSession> Task, CancellationTokenSource Gone, ClockTime Since);
    }
}
