using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A reusable wait for deadlines on any clock.</summary>
/// <remarks>
/// <see cref="Until"/> is for one thread at a time; <see cref="Unschedule"/>, <see cref="Reset"/> and <see cref="Remap"/> are for any
/// thread. Nothing is allocated per wait.
/// </remarks>
public abstract class ClockWait : IDisposable
{
    /// <summary>The longest time for which one mapping from another clock to the system clock is used.</summary>
    /// <remarks>A clock 100 ppm off the system clock moves the mapped deadline by 10 µs in this time.</remarks>
    public static ClockTime RemapInterval => ClockTime.FromMilliseconds(100);

    /// <summary>
    /// Blocks until <paramref name="clock"/> reads <paramref name="deadline"/>. Maps the deadline to the system clock with the clock's
    /// reading, and maps it again at least every <see cref="RemapInterval"/>. Returns at once if the deadline has passed.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="deadline"/> is None.</exception>
    public abstract ClockWaitResult Until(IClock clock, ClockTime deadline);

    /// <summary>Ends the present wait, and each later one until <see cref="Reset"/>, as unscheduled.</summary>
    public abstract void Unschedule();

    /// <summary>Lets waits block again after <see cref="Unschedule"/>.</summary>
    public abstract void Reset();

    /// <summary>Makes the present wait map its deadline again, as after a change of rate or an election.</summary>
    public abstract void Remap();

    /// <summary>Releases the resources of the wait; not while <see cref="Until"/> runs.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the resources of the wait.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
