using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// A producer that is ready to take a channel over: it has opened what it airs first. To commit is to name the instant; until shortly before
/// that the swap can be revoked, and committed again for a later one. To abort it costs the channel nothing.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProducerSwap(ChannelRun run, ProducerRequest request, IProducer producer, ChannelFeed feed, PlanFeeder? plan, TaskCompletionSource outcome)
{
    private int _isStarted;
    private int _isLetGo;

    /// <summary>What the producer is wanted for.</summary>
    public ProducerRequest Request { get; } = request;

    /// <summary>The producer.</summary>
    public IProducer Producer { get; } = producer;

    /// <summary>Its feed.</summary>
    public ChannelFeed Feed { get; } = feed;

    /// <summary>What tells it more of the schedule; null if it has all that it airs.</summary>
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
    /// Lets the producer take over at an instant, exactly at a frame. A swap that waits for its instant is aborted by that; the caller must own both.
    /// </summary>
    /// <returns>False, and nothing changes, where the instant is nearer than <see cref="Lead"/>, or the swap is over.</returns>
    public Task<bool> CommitAsync(Instant at, CancellationToken cancellationToken = default) => run.CommitAsync(this, at, cancellationToken);

    /// <summary>Takes the instant back; the producer stays ready.</summary>
    /// <returns>False if there is none, or it is too near.</returns>
    public bool Revoke() => run.Revoke(this);

    /// <summary>
    /// Lets go of the producer, unless it is on the air or its instant is too near to be taken back. Does not wait for its files, which may hang.
    /// </summary>
    public void Abort() => run.Abort(this);

    /// <summary>Starts the producer, once: it fills its feed from then on. Why it does not, <see cref="IProducer.Completion"/> says if it can.</summary>
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

    /// <summary>True for the first who asks: that one has to dispose of the producer.</summary>
    internal bool TryLetGo() => Interlocked.Exchange(ref _isLetGo, 1) == 0;

    /// <summary>Says how it has ended.</summary>
    internal void End(bool isOnAir)
    {
        IsOnAir |= isOnAir;
        outcome.TrySetResult();
    }
}
