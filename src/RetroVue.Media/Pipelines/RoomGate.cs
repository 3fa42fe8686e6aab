namespace RetroVue.Media.Pipelines;

/// <summary>Tells the tasks that feed a bounded input whether it has room.</summary>
/// <remarks>
/// Thread-safe. The owner closes the gate when it is full and opens it when it has room again. After closing it has to check its level
/// again, because a reader may have made room in between without seeing the closed gate.
/// </remarks>
public sealed class RoomGate
{
    private StepTask[] _feeders = [];
    private volatile bool _closed;
    private volatile bool _starving;

    /// <summary>True while there is room.</summary>
    public bool IsOpen => !_closed;

    /// <summary>
    /// True while the owner can do nothing until this input gets a buffer. Then its feeder goes on although another of its inputs is full,
    /// because nothing else can make room there.
    /// </summary>
    public bool IsStarving => _starving;

    /// <summary>Sets whether the input is starving; always on the same thread.</summary>
    public void SetStarving(bool isStarving)
    {
        if (_starving == isStarving)
        {
            return;
        }

        _starving = isStarving;
        if (isStarving)
        {
            WakeFeeders();
        }
    }

    /// <summary>Stops the feeding tasks before their next step. It is a full fence: later reads are not older than the closing.</summary>
    public void Close()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
    }

    /// <summary>Allows the feeding tasks to continue.</summary>
    public void Open()
    {
        if (!_closed)
        {
            return;
        }

        _closed = false;
        WakeFeeders();
    }

    internal void AddFeeder(StepTask task) => Volatile.Write(ref _feeders, [.. _feeders, task]);

    private void WakeFeeders()
    {
        foreach (StepTask feeder in Volatile.Read(ref _feeders))
        {
            feeder.Wake();
        }
    }
}
