using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Whether a channel is on the air, and who makes what it sends. It puts the channel on the air for all who ask meanwhile, lets producers take
/// turns, and recovers a channel that has failed while somebody watches.
/// </summary>
/// <remarks>
/// Thread-safe. No lock is held while anything is waited for: a file whose opening hangs keeps those waiting who need it, and nobody else. A
/// channel is on the air as a whole or not at all. If its output fails it goes off the air; if a producer fails, another one takes its
/// place and viewers' streams go on.
/// </remarks>
internal sealed class OnAir : IAsyncDisposable
{
    private readonly Channel _channel;
    private readonly PlayoutChain _chain;
    private readonly IScheduleService _schedules;
    private readonly Audience _audience;
    private readonly ILogger _logger;
    private readonly Recovery _recovery;
    private readonly Retirement _retired;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _lock = new();
    private ChannelRun? _run;
    private Opening? _opening;
    private CancellationTokenSource? _keepingUp;
    private Task _upkeep = Task.CompletedTask;
    private volatile string? _failure;

    /// <summary>A channel that is off the air.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="chain">What it is put on the air with.</param>
    /// <param name="schedules">Says what airs when.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="audience">Who watches, or is about to.</param>
    /// <param name="logger">Where it logs.</param>
    public OnAir(Channel channel, PlayoutChain chain, IScheduleService schedules, ChannelOptions options, Audience audience, ILogger logger)
    {
        (_channel, _chain, _schedules, _audience, _logger) = (channel, chain, schedules, audience, logger);
        _retired = new Retirement(channel.ShortName, logger);
        _recovery = new Recovery(this, chain, audience, options, channel.ShortName, _retired, logger);
    }

    /// <summary>What the channel sends; null while it is off the air.</summary>
    public ChannelOutput? Output => Run?.Output;

    /// <summary>Who makes that; null while the channel is off the air.</summary>
    public IProducer? Producer => Run?.OnAir?.Producer;

    /// <summary>Why the channel is off the air although it is wanted, in one line for people; null if it is not.</summary>
    public string? Failure => _failure;

    /// <summary>Called, on any thread, when the channel has gone on the air and all who wanted that have left meanwhile.</summary>
    public Action? Deserted { get; set; }

    /// <summary>The stretch on the air; null while the channel is off it.</summary>
    internal ChannelRun? Run
    {
        get
        {
            lock (_lock)
            {
                return _run;
            }
        }
    }

    /// <summary>
    /// What the channel sends, once it is on the air. Who asks while it is being put there waits for the same. Asked again after a failure, it is
    /// tried at once.
    /// </summary>
    /// <param name="request">What the viewer who asks wants of the channel.</param>
    /// <param name="cancellationToken">Gives up; what is being opened is given up too where nobody else waits for it.</param>
    /// <exception cref="StationException">The channel cannot be put on the air.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the station is shutting down.</exception>
    public async Task<ChannelOutput> StartAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Opening opening;
        Opening.Waiter waiter;
        bool isFirst;
        lock (_lock)
        {
            if (_disposed.IsCancellationRequested)
            {
                throw IsShuttingDown();
            }

            if (_run is not null)
            {
                return _run.Output;
            }

            isFirst = _opening is null;
            opening = _opening ??= new Opening(new ChannelRun(_chain, _retired), _chain.Executor);
            waiter = opening.Add();
        }

        if (isFirst)
        {
            Exception? refused = Watch(request, opening.Run.Output);
            if (refused is not null)
            {
                GiveUp(opening, waiter, CancellationToken.None);
            }

            // Others may wait for the same by now, although the one who asked first wants what cannot be.
            _retired.Add(OpenAsync(opening, request.Preroll));
            if (refused is not null)
            {
                throw refused;
            }
        }

        await using (cancellationToken.UnsafeRegister((_, token) => GiveUp(opening, waiter, token), null).ConfigureAwait(false))
        {
            return await waiter.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives up the recovery of a channel that is off the air, and what it is opening, if nobody watches.</summary>
    public void EndRecoveryUnlessWatched()
    {
        if (_audience.IsEmpty && Output is null)
        {
            _recovery.End();
        }
    }

    /// <summary>Takes the channel off the air where nobody watches. Does not wait for files that hang.</summary>
    public void StopUnlessWatched() => Stop(_ => _audience.IsEmpty, null);

    /// <summary>
    /// Makes a producer ready to take the channel over; null if the channel is off the air. While the channel is being put on the air, it may
    /// be the first one there.
    /// </summary>
    /// <param name="request">What it is for.</param>
    /// <param name="startAt">The first instant that it may be wanted for.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    public async Task<ProducerSwap?> PrepareAsync(ProducerRequest request, Instant startAt, CancellationToken cancellationToken = default)
    {
        ChannelRun? run;
        lock (_lock)
        {
            run = _run ?? _opening?.Run;
        }

        return run is null ? null : await run.PrepareAsync(request, startAt, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when everything has ended that was let go of.</summary>
    public Task SettleAsync() => _retired.WaitAsync();

    /// <summary>Takes the channel off the air for good, and waits for everything that is ending.</summary>
    public async ValueTask DisposeAsync()
    {
        Opening? opening;
        lock (_lock)
        {
            opening = _opening;
            _disposed.Cancel();
        }

        if (opening is not null)
        {
            EndOpening(opening, IsShuttingDown());
        }

        Stop(_ => true, null);
        _recovery.End();
        await _retired.WaitAsync().ConfigureAwait(false);
        await _chain.Kept.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the channel off the air because its producer has failed and no other one could take its place.</summary>
    internal void GiveUp(ChannelRun run, ProducerSwap failed) =>
        Stop(onAir => ReferenceEquals(onAir, run) && ReferenceEquals(run.OnAir, failed), failed.Producer.HealthReason ?? "Its producer failed.");

    /// <summary>Lets a viewer attach what it wants before anything is sent; what that throws is returned.</summary>
    private static Exception? Watch(JoinRequest request, ChannelOutput output)
    {
        try
        {
            request.Watching?.Invoke(output);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private OperationCanceledException IsShuttingDown() =>
        new($"The channel '{_channel.ShortName}' is shutting down with its station.", _disposed.Token);

    private async Task OpenAsync(Opening opening, ClockTime preroll)
    {
        using Activity? activity = _chain.Telemetry.Begin("retrovue.channel.start");
        ChannelRun run = opening.Run;
        CancellationToken stop = opening.Cancellation.Token;
        run.Began = () => SetOnAir(opening);
        run.Failed = (swap, error) => OnProducerFailed(run, swap, error);
        run.Output.Failed = error => OnOutputFailed(opening, error);
        try
        {
            stop.ThrowIfCancellationRequested();
            Instant startAt = _chain.Now;
            opening.Title = _schedules.GetAiring(_channel.Id, startAt).Entry.Title;
            if (preroll > ClockTime.Zero)
            {
                startAt = Preroll.From(_schedules, _channel.Id, startAt, preroll);
            }

            await run.BeginAsync(startAt, stop).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            // If another one has taken the channel over meanwhile, what it airs is what all wait for.
            if (run.OnAir is null)
            {
                EndOpening(opening, exception);
                run.End();
            }
        }
    }

    /// <summary>The channel has gone on the air; all who wait hear of it.</summary>
    private void SetOnAir(Opening opening)
    {
        ChannelRun run = opening.Run;
        IReadOnlyList<Opening.Waiter> waiters = [];
        lock (_lock)
        {
            if (ReferenceEquals(_opening, opening))
            {
                (_run, _opening, _failure) = (run, null, null);
                _keepingUp = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
                _upkeep = new Upkeep(_chain, run, new OutputWatch(_schedules, _channel, _logger, _chain.Telemetry)).RunAsync(_keepingUp.Token);
                _recovery.Succeed();
                _chain.Kept.End();
                waiters = opening.TakeWaiters();
            }
        }

        if (waiters.Count == 0)
        {
            // All have given up, or the station is shutting down.
            run.End();
            return;
        }

        RuntimeLog.OnAir(_logger, _channel.ShortName, opening.Title);
        _audience.MoveTo(run.Output);
        foreach (Opening.Waiter waiter in waiters)
        {
            waiter.Complete(run.Output);
        }

        // What is still being opened has come too late.
        opening.Cancellation.Cancel();
        if (_audience.IsEmpty)
        {
            Deserted?.Invoke();
        }

        if (run.OnAir is { Producer.Completion: { IsFaulted: true } failed } swap)
        {
            OnProducerFailed(run, swap, failed.Exception!.GetBaseException());
        }
    }

    /// <summary>The channel cannot be put on the air: all who wait are told, and what is being opened is given up.</summary>
    /// <returns>False if the opening is over already: the channel is on the air, or all have given up.</returns>
    private bool EndOpening(Opening opening, Exception error)
    {
        IReadOnlyList<Opening.Waiter> waiters;
        lock (_lock)
        {
            if (!ReferenceEquals(_opening, opening))
            {
                return false;
            }

            _opening = null;
            waiters = opening.TakeWaiters();
            _failure = _disposed.IsCancellationRequested ? _failure : $"It could not be started: {error.Message}";
        }

        Exception told = _disposed.IsCancellationRequested
            ? IsShuttingDown()
            : error as StationException ?? new ChannelException(_channel.ShortName, $"The channel '{_channel.ShortName}' cannot be put on the air: {error.Message}", error);
        foreach (Opening.Waiter waiter in waiters)
        {
            waiter.Fail(told);
        }

        opening.Cancellation.Cancel();
        opening.Run.End();
        return true;
    }

    private void GiveUp(Opening opening, Opening.Waiter waiter, CancellationToken token)
    {
        bool isLast;
        lock (_lock)
        {
            opening.Remove(waiter);
            isLast = !opening.IsAwaited && ReferenceEquals(_opening, opening);
            _opening = isLast ? null : _opening;
        }

        if (isLast)
        {
            opening.Cancellation.Cancel();
        }

        waiter.Cancel(token);
    }

    /// <summary>
    /// Takes the channel off the air where that is wanted of what is on it. What has been on the air ends in the background; its files are kept open
    /// for a while.
    /// </summary>
    /// <param name="isWanted">Says so of what is on the air. Called under the lock.</param>
    /// <param name="failure">Why, in one line for people, if the channel is wanted on the air nevertheless.</param>
    /// <returns>False if nothing is on the air, or it was not wanted.</returns>
    private bool Stop(Func<ChannelRun, bool> isWanted, string? failure)
    {
        ChannelRun? run;
        Task upkeep;
        Task kept;
        CancellationTokenSource? keepingUp;
        lock (_lock)
        {
            if (_run is null || !isWanted(_run))
            {
                return false;
            }

            (run, upkeep, keepingUp) = (_run, _upkeep, _keepingUp);
            (_run, _upkeep, _keepingUp, _failure) = (null, Task.CompletedTask, null, failure);
            // In the order in which the channel goes off and on the air, whoever is first with the rest.
            kept = _chain.Kept.BeginAsync();
        }

        keepingUp?.Cancel();
        _recovery.End();
        RuntimeLog.OffAir(_logger, _channel.ShortName);
        _retired.Add(EndAsync());
        return true;

        async Task EndAsync()
        {
            await upkeep.ConfigureAwait(false);
            await kept.ConfigureAwait(false);
            run.End();
        }
    }

    /// <summary>The stream has ended: the channel is off the air, and its viewers, who are told by that, may come back.</summary>
    private void OnOutputFailed(Opening opening, Exception error)
    {
        if (EndOpening(opening, error))
        {
            return;
        }

        if (Stop(onAir => ReferenceEquals(onAir, opening.Run), error.Message))
        {
            RuntimeLog.ChannelFailed(_logger, _channel.ShortName, error);
            _chain.Telemetry.Failed("output");
            _recovery.Begin(null, null);
        }

        // Also where all had given up before it was on the air.
        opening.Run.End();
    }

    /// <summary>A producer cannot go on: the stream goes on without pictures until another one takes over.</summary>
    private void OnProducerFailed(ChannelRun run, ProducerSwap failed, Exception error)
    {
        if (ReferenceEquals(Run, run))
        {
            RuntimeLog.ProducerFailed(_logger, _channel.ShortName, failed.Producer.Id, error);
            _chain.Telemetry.Failed("producer");
            _recovery.Begin(run, failed);
        }
    }
}
