using NodaTime;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// One period of a channel on the air: one output, and the producers that take turns in it. At most one producer is on the air, and at most
/// one more waits for its instant.
/// </summary>
/// <remarks>
/// Thread-safe. No lock is held during a wait. A producer that fails on the air stays there until another one takes over; the output goes
/// on.
/// </remarks>
internal sealed class ChannelRun(PlayoutChain chain, Retirement retired)
{
    private readonly Lock _lock = new();
    private ProducerSwap? _onAir;
    private ProducerSwap? _pending;
    private bool _isOver;

    /// <summary>The output of this run.</summary>
    public ChannelOutput Output { get; } = chain.CreateOutput();

    /// <summary>The producer on the air; null before the first.</summary>
    public ProducerSwap? Current
    {
        get
        {
            lock (_lock)
            {
                return _onAir;
            }
        }
    }

    /// <summary>True while a producer waits for its instant.</summary>
    public bool IsSwapping
    {
        get
        {
            lock (_lock)
            {
                return _pending is not null;
            }
        }
    }

    /// <summary>Called, on any thread, when the first producer is on the air and the output runs.</summary>
    public Action? Began { get; set; }

    /// <summary>Called, on any thread, when the producer on the air cannot go on; the exception is the reason.</summary>
    public Action<ProducerSwap, Exception>? Failed { get; set; }

    /// <summary>
    /// Puts the first producer on the air, one that plays the schedule. If another producer has taken the channel over while this one
    /// opened its file, the other one is on the air.
    /// </summary>
    /// <param name="startAt">The instant at which to begin.</param>
    /// <param name="cancellationToken">Cancels at once.</param>
    /// <exception cref="ChannelException">The producer has ended before it was on the air. If it reports an exception of its own, that one is thrown.</exception>
    public async Task BeginAsync(Instant startAt, CancellationToken cancellationToken)
    {
        ProducerSwap first = await PrepareAsync(ProducerRequest.Normal, startAt, cancellationToken).ConfigureAwait(false);
        bool isCommitted = false;
        try
        {
            isCommitted = await CommitAsync(first, startAt, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isCommitted)
            {
                Abort(first);
            }
        }

        if (!isCommitted && Current is null)
        {
            throw first.Producer.Completion.Exception?.GetBaseException()
                ?? new ChannelException(chain.ChannelName, $"The producer '{first.Producer.Id}' of the channel '{chain.ChannelName}' has ended before it was on the air.");
        }
    }

    /// <summary>Makes a producer, and lets it open its item for an instant. Nothing on the air changes.</summary>
    /// <param name="request">The producer's mode and plan.</param>
    /// <param name="startAt">The earliest instant at which the producer may go on the air.</param>
    /// <param name="cancellationToken">Cancels at once; a producer that hangs ends in the background.</param>
    /// <exception cref="KeyNotFoundException">No factory makes producers of this mode.</exception>
    public async Task<ProducerSwap> PrepareAsync(ProducerRequest request, Instant startAt, CancellationToken cancellationToken)
    {
        PlanFeeder? feeder = request.Plan is null ? chain.CreateFeeder() : null;
        PlayoutPlan plan = feeder?.Begin(startAt, chain.Now) ?? request.Plan!(startAt);
        ChannelFeed feed = Output.OpenFeed(chain.NextId(request.Mode));
        IProducer producer = chain.CreateProducer(request.Mode, Output, feed);
        Task preparing = PrepareProducerAsync();
        TaskCompletionSource ready = chain.Executor.CreateCompletion();
        _ = preparing.ContinueWith(
            _ => ready.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (ready, token) => ((TaskCompletionSource)ready!).TrySetCanceled(token), ready);
        await using (registration.ConfigureAwait(false))
        {
            try
            {
                await ready.Task.ConfigureAwait(false);
                await preparing.ConfigureAwait(false);
            }
            catch
            {
                retired.Add(producer, after: preparing);
                throw;
            }
        }

        var swap = new ProducerSwap(this, request, producer, feed, feeder, chain.Executor.CreateCompletion());
        _ = producer.Completion.ContinueWith(
            failed => OnFailed(swap, failed.Exception!.GetBaseException()),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return swap;

        async Task PrepareProducerAsync() => await producer.PrepareAsync(plan, startAt, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ProducerSwap.CommitAsync"/>
    public async Task<bool> CommitAsync(ProducerSwap swap, Instant at, CancellationToken cancellationToken)
    {
        await swap.StartAsync(cancellationToken).ConfigureAwait(false);
        ProducerSwap? aborted = null;
        bool isFirst;
        lock (_lock)
        {
            isFirst = _onAir is null;
            if (_isOver || swap.Outcome.IsCompleted || swap.Producer.Completion.IsCompleted || !Output.SwitchAt(swap.Feed, at))
            {
                return false;
            }

            if (isFirst)
            {
                _onAir = swap;
            }
            else
            {
                aborted = ReferenceEquals(_pending, swap) ? null : _pending;
                _pending = swap;
            }
        }

        if (aborted is not null)
        {
            LetGo(aborted);
        }

        if (isFirst)
        {
            TakeOver(swap);
            await StartOutputAsync().ConfigureAwait(false);
            Began?.Invoke();
        }

        return true;
    }

    /// <inheritdoc cref="ProducerSwap.Revoke"/>
    public bool Revoke(ProducerSwap swap)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_pending, swap) || !Output.Revoke(swap.Feed))
            {
                return false;
            }

            _pending = null;
            return true;
        }
    }

    /// <inheritdoc cref="ProducerSwap.Abort"/>
    public void Abort(ProducerSwap swap)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_onAir, swap) || (ReferenceEquals(_pending, swap) && !Output.Revoke(swap.Feed)))
            {
                return;
            }

            _pending = ReferenceEquals(_pending, swap) ? null : _pending;
        }

        LetGo(swap);
    }

    /// <summary>Ends the run when others have ended, even if they fail.</summary>
    public async Task EndAfterAsync(Task upkeep, Task kept)
    {
        try
        {
            await upkeep.ConfigureAwait(false);
            await kept.ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends the run: streams end, and producers end in the background.</summary>
    public void End()
    {
        ProducerSwap? onAir;
        ProducerSwap? pending;
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            (onAir, pending) = (_onAir, _pending);
        }

        retired.Add(EndAsync(onAir, pending));
    }

    /// <summary>Starts the output. A caller cannot cancel this, because others may wait for it too.</summary>
    private async Task StartOutputAsync()
    {
        try
        {
            await Output.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Output.Failed?.Invoke(exception);
            throw;
        }
    }

    private async Task EndAsync(ProducerSwap? onAir, ProducerSwap? pending)
    {
        pending?.End(isOnAir: false);
        // First: a producer that still plays would take the output's end for a failure of its items. A hanging file must not delay the end
        // for viewers.
        ValueTask producing = onAir?.TryLetGo() == true ? onAir.Producer.DisposeAsync() : ValueTask.CompletedTask;
        ValueTask waiting = pending?.TryLetGo() == true ? pending.Producer.DisposeAsync() : ValueTask.CompletedTask;
        try
        {
            await Output.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await producing.ConfigureAwait(false);
            await waiting.ConfigureAwait(false);
        }
    }

    /// <summary>Puts a producer on the air from now on, and waits for the end of its feed's turn.</summary>
    private void TakeOver(ProducerSwap swap)
    {
        swap.End(isOnAir: true);
        _ = swap.Feed.Displaced.ContinueWith(
            _ => OnDisplaced(swap), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // It may have failed shortly before its instant, when the commit could no longer be revoked.
        if (swap.Producer.Completion is { IsFaulted: true } completion)
        {
            Failed?.Invoke(swap, completion.Exception!.GetBaseException());
        }
    }

    private void OnDisplaced(ProducerSwap displaced)
    {
        ProducerSwap? following;
        lock (_lock)
        {
            if (_isOver || !ReferenceEquals(_onAir, displaced))
            {
                return;
            }

            (_onAir, _pending) = (_pending, null);
            following = _onAir;
        }

        LetGo(displaced);
        if (following is not null)
        {
            chain.Telemetry.Swapped();
            TakeOver(following);
        }
    }

    private void OnFailed(ProducerSwap swap, Exception error)
    {
        bool isOnAir;
        lock (_lock)
        {
            isOnAir = ReferenceEquals(_onAir, swap);
        }

        if (isOnAir)
        {
            Failed?.Invoke(swap, error);
        }
        else
        {
            Abort(swap);
        }
    }

    private void LetGo(ProducerSwap swap)
    {
        swap.End(isOnAir: false);
        if (swap.TryLetGo())
        {
            retired.Add(swap.Producer);
        }
    }
}
