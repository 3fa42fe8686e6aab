using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Knows whether a channel is on the air, and its producer. It puts the channel on the air for all callers who request it meanwhile, lets
/// producers take turns, and restarts a channel that has failed while it has viewers.
/// </summary>
/// <remarks>
/// Thread-safe. No lock is held during a wait: if the opening of a file hangs, only the callers who need that file wait. A channel is on
/// the air as a whole or not at all. If its output fails, it goes off the air. If a producer fails, another one takes its place, and
/// viewers' streams go on.
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

    /// <summary>Makes a channel that is off the air.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="chain">Makes the channel's outputs and producers.</param>
    /// <param name="schedules">The channel's schedule.</param>
    /// <param name="options">Linger, recovery and the like.</param>
    /// <param name="audience">The channel's viewers.</param>
    /// <param name="logger">Its logger.</param>
    public OnAir(Channel channel, PlayoutChain chain, IScheduleService schedules, ChannelOptions options, Audience audience, ILogger logger)
    {
        (_channel, _chain, _schedules, _audience, _logger) = (channel, chain, schedules, audience, logger);
        _retired = new Retirement(channel.ShortName, logger);
        _recovery = new Recovery(this, chain, audience, options, channel.ShortName, _retired, logger);
    }

    /// <summary>The channel's output; null while it is off the air.</summary>
    public ChannelOutput? Output => Run?.Output;

    /// <summary>The producer on the air; null while the channel is off the air.</summary>
    public IProducer? Producer => Run?.Current?.Producer;

    /// <summary>
    /// Why the channel is off the air although a viewer wants it, in one line for people; null if nobody wants it or it is on the air.
    /// </summary>
    public string? Failure => _failure;

    /// <summary>Called, on any thread, when the channel has gone on the air but all who requested it have left meanwhile.</summary>
    public Action? Deserted { get; set; }

    /// <summary>Is told when the channel goes on and off the air; null for nobody.</summary>
    public StationJournal? Journal { get; init; }

    /// <summary>The run on the air; null while the channel is off the air.</summary>
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
    /// Returns the channel's output when it is on the air. While it is being put there, all callers wait for the same opening. After a
    /// failure, a call starts another attempt at once.
    /// </summary>
    /// <param name="request">The wishes of the viewer who calls.</param>
    /// <param name="cancellationToken">Cancels the wait; the opening is cancelled too if nobody else waits for it.</param>
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
            Exception? refused = request.Watch(opening.Run.Output);
            if (refused is not null)
            {
                GiveUp(opening, waiter, CancellationToken.None);
            }

            // Others may wait for the same opening by now, although the first caller's request cannot be met.
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

    /// <summary>Ends the recovery of a channel that is off the air, and its opening, if the channel has no viewers.</summary>
    public void EndRecoveryUnlessWatched()
    {
        if (_audience.IsEmpty && Output is null)
        {
            _recovery.End();
        }
    }

    /// <summary>Takes the channel off the air if it has no viewers. Does not wait for files that hang.</summary>
    public void StopUnlessWatched() => Stop(_ => _audience.IsEmpty, null);

    /// <summary>
    /// Prepares a producer that can take the channel over; returns null if the channel is off the air. While the channel is being put on
    /// the air, the producer may be the first one there.
    /// </summary>
    /// <param name="request">The producer's mode and plan.</param>
    /// <param name="startAt">The earliest instant at which the producer may go on the air.</param>
    /// <param name="cancellationToken">Cancels at once.</param>
    public async Task<ProducerSwap?> PrepareAsync(ProducerRequest request, Instant startAt, CancellationToken cancellationToken = default)
    {
        ChannelRun? run;
        lock (_lock)
        {
            run = _run ?? _opening?.Run;
        }

        return run is null ? null : await run.PrepareAsync(request, startAt, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when all discarded producers and runs have ended.</summary>
    public Task SettleAsync() => _retired.WaitAsync();

    /// <summary>Takes the channel off the air for good, and waits until everything has ended.</summary>
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

    /// <summary>Takes the channel off the air because its producer has failed and no other producer could take its place.</summary>
    internal void GiveUp(ChannelRun run, ProducerSwap failed) =>
        Stop(onAir => ReferenceEquals(onAir, run) && ReferenceEquals(run.Current, failed), failed.Producer.HealthReason ?? "Its producer failed.");

    private OperationCanceledException IsShuttingDown() =>
        new($"The channel '{_channel.ShortName}' is shutting down with its station.", _disposed.Token);

    private async Task OpenAsync(Opening opening, ClockTime preroll)
    {
        using Activity? activity = _chain.Telemetry.Begin("retrovue.channel.start");
        // The channel outlives the viewer who puts it on the air, and so does its work: it does not belong to that viewer's trace.
        Activity.Current = null;
        ChannelRun run = opening.Run;
        CancellationToken stop = opening.Cancellation.Token;
        run.Began = () => SetOnAir(opening);
        run.Failed = (swap, error) => OnProducerFailed(run, swap, error);
        run.Output.Failed = error => OnOutputFailed(opening, error);
        try
        {
            stop.ThrowIfCancellationRequested();
            Instant startAt = _chain.Now;
            opening.Title = _schedules.GetPosition(_channel.Id, startAt).Entry.Title;
            if (preroll > ClockTime.Zero)
            {
                startAt = Preroll.From(_schedules, _channel.Id, startAt, preroll);
            }

            await run.BeginAsync(startAt, stop).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            // If another producer has taken the channel over meanwhile, all callers get that one.
            if (run.Current is null)
            {
                EndOpening(opening, exception);
                run.End();
            }
        }
    }

    /// <summary>Notes that the channel has gone on the air, and tells all who wait.</summary>
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
        Journal?.OnAir(_channel.Id, run.Output.Run, opening.Title);
        _audience.MoveTo(run.Output);
        foreach (Opening.Waiter waiter in waiters)
        {
            waiter.Complete(run.Output);
        }

        // Files that are still being opened have come too late.
        opening.Cancellation.Cancel();
        if (_audience.IsEmpty)
        {
            Deserted?.Invoke();
        }

        if (run.Current is { Producer.Completion: { IsFaulted: true } failed } swap)
        {
            OnProducerFailed(run, swap, failed.Exception!.GetBaseException());
        }
    }

    /// <summary>
    /// Ends an opening because the channel cannot be put on the air: all who wait get the error, and the opening is cancelled.
    /// </summary>
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
            _failure = _disposed.IsCancellationRequested ? _failure : $"The channel could not be started: {error.Message}";
        }

        Exception told = _disposed.IsCancellationRequested ? IsShuttingDown() : ChannelException.Of(_channel.ShortName, error);
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
    /// Takes the channel off the air if a condition holds for its run. The run ends in the background; its files are kept open for a while.
    /// </summary>
    /// <param name="isWanted">Returns true if this run is to end. Called under the lock.</param>
    /// <param name="failure">The reason, in one line for people, if viewers still want the channel.</param>
    /// <returns>False if no run is on the air, or if the condition is false.</returns>
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
            // So that the calls come in the order in which the channel goes off and on the air, whichever thread gets here first.
            kept = _chain.Kept.BeginAsync();
        }

        keepingUp?.Cancel();
        _recovery.End();
        RuntimeLog.OffAir(_logger, _channel.ShortName);
        Journal?.OffAir(_channel.Id, run.Output.Run, failure);
        _retired.Add(run.EndAfterAsync(upkeep, kept));
        return true;
    }

    /// <summary>
    /// The stream has ended with an error: the channel is off the air. Its viewers see the end of the stream and may come back.
    /// </summary>
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

        // Also if all callers had cancelled before it was on the air.
        opening.Run.End();
    }

    /// <summary>A producer has failed: the stream goes on without pictures until another producer takes over.</summary>
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
