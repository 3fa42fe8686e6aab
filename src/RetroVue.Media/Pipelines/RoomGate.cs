namespace RetroVue.Media.Pipelines;

/// <summary>Tells the tasks that feed a bounded input whether it has room.</summary>
/// <remarks>
/// Thread-safe. The owner closes the gate when it is full and opens it when it has room again; after closing it looks at its level once
/// more, since a reader may have made room in between without seeing the gate closed.
/// </remarks>
public sealed class RoomGate
{
    private StepTask[] _feeders = [];
    private volatile bool _closed;

    /// <summary>True while there is room.</summary>
    public bool IsOpen => !_closed;

    /// <summary>Stops the feeding tasks before their next step. A full fence: what is read after it is not older than the closing.</summary>
    public void Close()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
    }

    /// <summary>Lets the feeding tasks go on.</summary>
    public void Open()
    {
        if (!_closed)
        {
            return;
        }

        _closed = false;
        foreach (StepTask feeder in Volatile.Read(ref _feeders))
        {
            feeder.Wake();
        }
    }

    internal void AddFeeder(StepTask task) => Volatile.Write(ref _feeders, [.. _feeders, task]);
}
