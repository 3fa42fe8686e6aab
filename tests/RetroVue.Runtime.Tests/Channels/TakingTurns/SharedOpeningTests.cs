using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>If the opening of a file hangs, all who need the file wait for the same opening. Others do not wait.</summary>
public sealed class SharedOpeningTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);
    private static readonly ClockTime s_hang = ClockTime.FromSeconds(4);

    private readonly List<TaskCompletionSource> _hanging = [];
    private ScriptedProducers _normal = null!;
    private ScriptedProducers _emergency = null!;
    private RecordedLog _log = null!;
    private SimulatedChannel _channel = null!;
    private string _film = "";

    private ChannelManager Manager => _channel.Manager;

    private double Now => (_channel.Clock.UtcNow - s_start).TotalSeconds;

    [SetUp]
    public async Task MakeAsync()
    {
        _film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        _hanging.Clear();
        _log = new RecordedLog();
        _normal = new ScriptedProducers(ChannelMode.Normal) { Ready = (number, context) => Hang(context, isHanging: number == 0) };
        _emergency = new ScriptedProducers(ChannelMode.Emergency);
        _channel = new SimulatedChannel(
            s_start,
            ChannelProfile.Copy,
            [(_film, Duration.FromSeconds(60))],
            new ChannelOptions { Linger = ClockTime.Zero },
            _log,
            producers: [_normal, _emergency]);
    }

    [TearDown]
    public void NothingIsLeft()
    {
        _channel.Do(() => _hanging.ForEach(hanging => hanging.TrySetResult()));
        _channel.Dispose();
        _log.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        Assert.That(_normal.Made.Concat(_emergency.Made), Has.All.Property(nameof(ScriptedProducer.IsDisposed)).True);
    }

    [Test]
    public void All_who_join_meanwhile_share_one_opening()
    {
        Task<ViewerSession> first = Join(), second = Join();
        _channel.Executor.RunFor(ClockTime.FromSeconds(1));
        Task<ViewerSession> third = Join();
        _channel.Executor.RunFor(s_hang - ClockTime.FromMilliseconds(1010));
        Assert.That(new[] { first, second, third }, Has.None.Property(nameof(Task.IsCompleted)).True);
        Assert.That((Manager.Output, Manager.ViewerCount), Is.EqualTo(((object?)null, 0)));
        LetGo();
        Assert.That(new[] { first, second, third }, Has.All.Property(nameof(Task.IsCompletedSuccessfully)).True);
        Assert.That(new[] { first, second, third }.Select(task => task.Result.Output), Has.All.SameAs(Manager.Output));
        Assert.That((_normal.Made.Count, Manager.ViewerCount), Is.EqualTo((1, 3)));
    }

    [Test]
    public void One_who_gives_up_leaves_the_others_waiting_and_the_last_one_gives_the_opening_up()
    {
        using CancellationTokenSource first = new(), second = new();
        Task<ViewerSession> one = Join(first.Token), two = Join(second.Token);
        _channel.Executor.RunFor(ClockTime.FromSeconds(1));
        _channel.Do(first.Cancel);
        Assert.That((one.IsCanceled, two.IsCompleted), Is.EqualTo((true, false)));
        _channel.Do(second.Cancel);
        Assert.That(two.IsCanceled, Is.True);
        // The next viewer opens the file anew. This opening does not hang; the first one still does.
        Task<ViewerSession> next = Join();
        _channel.Complete(next);
        Assert.That((Now, _normal.Made.Count, Manager.ViewerCount), Is.EqualTo((1.0, 2, 1)));
        LetGo();
        Assert.That(_normal.Made.Select(producer => producer.IsDisposed), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Opening_that_fails_fails_for_all_who_wait_and_counts_nobody()
    {
        Task<ViewerSession> first = Join(), second = Join();
        _channel.Do(() => _hanging[0].TrySetException(new InvalidOperationException("There is none.")));
        Assert.That(new[] { first, second }.Select(task => task.Exception!.InnerException!.InnerException!.Message), Has.All.EqualTo("There is none."));
        Assert.That(
            () => first.GetAwaiter().GetResult(),
            Throws.TypeOf<ChannelException>().With.Property(nameof(ChannelException.Channel)).EqualTo(Manager.Channel.ShortName)
                .And.Message.Contains("cannot be put on the air: There is none."));
        Assert.That((Manager.ViewerCount, Manager.ProducerHealth, Manager.HealthReason), Is.EqualTo((0, ProducerHealth.Failed, "The channel could not be started: There is none.")));
        _channel.Complete(Join());
        Assert.That((Manager.ViewerCount, Manager.ProducerHealth, Manager.HealthReason), Is.EqualTo((1, ProducerHealth.Running, (string?)null)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Producer_that_fails_as_it_starts_fails_the_opening(bool throws)
    {
        Task<ViewerSession> first = Join(), second = Join();
        _normal.Made[0].FailsToStart = throws ? "It throws." : "It says so.";
        _normal.Made[0].ThrowsAtStart = throws;
        LetGo();
        string reason = _normal.Made[0].FailsToStart!;
        Assert.That(new[] { first, second }.Select(task => task.Exception?.InnerException?.InnerException?.Message), Has.All.EqualTo(reason));
        Assert.That((Manager.ViewerCount, Manager.HealthReason), Is.EqualTo((0, $"The channel could not be started: {reason}")));
        _channel.Complete(Join());
        Assert.That((Manager.ViewerCount, Manager.ProducerHealth), Is.EqualTo((1, ProducerHealth.Running)));
    }

    [Test]
    public void Output_that_fails_during_an_opening_fails_the_opening_at_once()
    {
        Task<ViewerSession> joining = Join();
        _channel.Do(() => _normal.Made[0].Output.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        Assert.That(joining.Exception?.InnerException?.InnerException?.Message, Is.EqualTo("The encoder is out of paper."));
        _channel.Complete(Join());
        LetGo();
        Assert.That((Manager.ViewerCount, Manager.ProducerHealth), Is.EqualTo((1, ProducerHealth.Running)));
        Assert.That(Manager.OnAir.Producer!.Id, Is.EqualTo(_normal.Made[1].Id));
    }

    [Test]
    public void Viewer_whose_own_wish_throws_is_not_expected_for_ever()
    {
        Task<ViewerSession> opening = Join();
        LetGo();
        ViewerSession other = _channel.Complete(() => opening);
        Task<ViewerSession> joining = Begin(new JoinRequest("test") { Watching = _ => throw new InvalidOperationException("I cannot.") });
        Assert.That(joining.Exception?.GetBaseException().Message, Is.EqualTo("I cannot."));
        Assert.That(Manager.ViewerCount, Is.EqualTo(1));
        _channel.Complete(() => other.DisposeAsync().AsTask());
        Assert.That(Manager.Output, Is.Null, "The channel has no viewer.");
    }

    [Test]
    public void Emergency_takes_the_channel_while_its_file_is_being_opened()
    {
        Task<ViewerSession> joining = Join();
        _channel.Executor.RunFor(ClockTime.FromMilliseconds(500));
        Instant at = s_start + Duration.FromSeconds(2);
        var message = new PlayoutEntry(EntryKind.Programme, at, at + Duration.FromSeconds(30), "message", _film, Duration.Zero);
        ProducerSwap swap = _channel.Complete(() => Manager.OnAir.PrepareAsync(new ProducerRequest(ChannelMode.Emergency, _ => new PlayoutPlan([message])), at))!;
        Assert.That(_channel.Complete(() => swap.CommitAsync(at)), Is.True);
        _channel.Complete(joining);
        Assert.That((Now, swap.IsOnAir), Is.EqualTo((0.5, true)), "The swap ends the wait for the file.");
        _channel.Executor.RunFor(s_hang);
        LetGo();
        Assert.That(Manager.OnAir.Producer, Is.SameAs(swap.Producer));
        Assert.That(_normal.Made.Single().IsDisposed, Is.True);
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public void Viewers_leave_and_ask_while_the_channel_is_started_again()
    {
        Task<ViewerSession> joining = Join();
        LetGo();
        ViewerSession first = _channel.Complete(() => joining), second = _channel.Complete(() => Join());
        _channel.Do(() => Manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        Assert.That(_normal.Made, Has.Count.EqualTo(1));
        _normal.HangsNext = true;
        using var gone = new CancellationTokenSource();
        Task resuming = Begin(() => Manager.ResumeAsync(first, gone.Token));
        _channel.Executor.RunFor(ClockTime.FromMilliseconds(100));
        Assert.That((resuming.IsCompleted, _normal.Made.Count), Is.EqualTo((false, 2)));
        Assert.That(Manager.Touch(first.Id), Is.Not.Null);
        Task leaving = Begin(() => second.DisposeAsync().AsTask());
        Assert.That((leaving.IsCompleted, Manager.ViewerCount), Is.EqualTo((true, 1)));
        LetGo();
        _channel.Complete(resuming);
        Assert.That(first.Output, Is.SameAs(Manager.Output));
    }

    [Test]
    public void Channel_that_was_asked_for_and_left_meanwhile_does_not_stay_on_the_air()
    {
        Task<ViewerSession> joining = Join();
        LetGo();
        ViewerSession session = _channel.Complete(() => joining);
        _channel.Do(() => Manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        _normal.HangsNext = true;
        Task resuming = Begin(() => Manager.ResumeAsync(session));
        _channel.Do(() => _ = session.DisposeAsync().AsTask());
        LetGo();
        _channel.Complete(resuming);
        _channel.Executor.RunFor(ClockTime.FromSeconds(1));
        Assert.That((Manager.Output, Manager.ViewerCount), Is.EqualTo(((object?)null, 0)));
    }

    [Test]
    public void Station_that_shuts_down_keeps_nobody_waiting()
    {
        Task<ViewerSession> joining = Join();
        Task disposing = Begin(() => Manager.DisposeAsync().AsTask());
        Assert.That(joining.IsCanceled, Is.True);
        Assert.That(disposing.IsCompleted, Is.False, "The hanging opening is not closed yet.");
        LetGo();
        _channel.Complete(disposing);
        Assert.That(Join().IsCanceled, Is.True, "A join after the end is cancelled as one before it.");
    }

    [Test]
    public void Viewer_who_waits_for_a_channel_that_has_failed_is_told_too()
    {
        Task<ViewerSession> joining = Join();
        LetGo();
        ViewerSession session = _channel.Complete(() => joining);
        _channel.Do(() => Manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        _normal.HangsNext = true;
        Task resuming = Begin(() => Manager.ResumeAsync(session));
        Assert.That(resuming.IsCompleted, Is.False);
        Task disposing = Begin(() => Manager.DisposeAsync().AsTask());
        Assert.That(resuming.IsCanceled, Is.True);
        // Only one task waits for the end here. If two awaited the same task, .NET would continue one of them beside the simulation.
        _channel.Do(() => _hanging.ForEach(hanging => hanging.TrySetResult()));
        _channel.Complete(disposing);
        Assert.That(session.Output.Stream.Read().TryRead(out _), Is.EqualTo(ChunkReadState.Closed));
        Assert.That(session.Output.Airings.Completion.IsCompletedSuccessfully, Is.True);
    }

    private Task Hang(ProducerContext context, bool isHanging)
    {
        if (!isHanging && !_normal.HangsNext)
        {
            return Task.CompletedTask;
        }

        _normal.HangsNext = false;
        TaskCompletionSource hanging = context.Executor.CreateCompletion();
        _hanging.Add(hanging);
        return hanging.Task;
    }

    private void LetGo() => _channel.Complete(async () =>
    {
        _hanging.ForEach(hanging => hanging.TrySetResult());
        await Manager.OnAir.SettleAsync().ConfigureAwait(false);
    });

    private Task<ViewerSession> Join(CancellationToken gone = default) => Begin(new JoinRequest("test"), gone);

    private Task<ViewerSession> Begin(JoinRequest request, CancellationToken gone = default) =>
        (Task<ViewerSession>)Begin(() => Manager.JoinAsync(request, gone));

    private Task Begin(Func<Task> begin)
    {
        Task? begun = null;
        _channel.Do(() => begun = begin());
        return begun!;
    }
}
