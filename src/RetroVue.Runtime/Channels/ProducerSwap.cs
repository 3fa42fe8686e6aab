using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// A producer that is ready to take a channel over: it has opened its first item. <see cref="CommitAsync"/> sets the instant. Until shortly
/// before the instant, the commit can be revoked, and a later instant committed. An abort does not affect the channel.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProducerSwap(ChannelRun run, ProducerRequest request, IProducer producer, ChannelFeed feed, PlanFeeder? plan, TaskCompletionSource outcome)
{
    private int _isStarted;
    private int _isLetGo;

    /// <summary>The producer's mode and plan.</summary>
    public ProducerRequest Request { get; } = request;

    /// <summary>The producer.</summary>
    public IProducer Producer { get; } = producer;

    /// <summary>Its feed.</summary>
    public ChannelFeed Feed { get; } = feed;

    /// <summary>Gives the producer more of the schedule; null if it has its whole plan.</summary>
    public PlanFeeder? Plan { get; } = plan;

    /// <summary>How long before the instant the swap has to be committed.</summary>
    public ClockTime Lead => run.Output.SwitchLead;

    /// <summary>True once the producer has the channel.</summary>
    public bool IsOnAir { get; private set; }

    /// <summary>
    /// Completes when the swap is over: the producer has the channel (<see cref="IsOnAir"/>), or never gets it because the swap was aborted,
    /// the producer has failed, or the channel has gone off the air.
    /// </summary>
    public Task Outcome => outcome.Task;

    /// <summary>
    /// Lets the producer take over at an instant, exactly at a frame. Another swap that waits for its instant is aborted by this; the
    /// caller must own both.
    /// </summary>
    /// <returns>False, without any change, if the instant is nearer than <see cref="Lead"/>, or the swap is over.</returns>
    public Task<bool> CommitAsync(Instant at, CancellationToken cancellationToken = default) => run.CommitAsync(this, at, cancellationToken);

    /// <summary>Revokes the commit; the producer stays ready.</summary>
    /// <returns>False if no instant is set, or it is too near.</returns>
    public bool Revoke() => run.Revoke(this);

    /// <summary>
    /// Discards the producer, unless it is on the air or its instant is too near to be revoked. Does not wait for its files, which may
    /// hang.
    /// </summary>
    public void Abort() => run.Abort(this);

    /// <summary>
    /// Starts the producer, once; it fills its feed from then on. If it fails, <see cref="IProducer.Completion"/> has the reason, if there
    /// is one.
    /// </summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
        {
            return;
        }

        try
        {
            await Producer.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (Producer.Completion.IsFaulted)
        {
            // It has failed: the swap is over.
        }
    }

    /// <summary>Returns true to the first caller only: that caller has to dispose of the producer.</summary>
    internal bool TryLetGo() => Interlocked.Exchange(ref _isLetGo, 1) == 0;

    /// <summary>Completes <see cref="Outcome"/>.</summary>
    internal void End(bool isOnAir)
    {
        IsOnAir |= isOnAir;
        outcome.TrySetResult();
    }
}
