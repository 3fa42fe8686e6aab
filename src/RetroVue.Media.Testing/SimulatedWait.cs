using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Testing;

/// <summary>A wait that checks its clock each time simulated time advances.</summary>
internal sealed class SimulatedWait : ClockWait
{
    private readonly ControllableClock _system;
    private readonly object _monitor = new();
    private bool _isUnscheduled;

    public SimulatedWait(ControllableClock system)
    {
        _system = system;
        _system.Advanced += OnAdvanced;
    }

    public override ClockWaitResult Until(IClock clock, ClockTime deadline)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (deadline.IsNone)
        {
            throw new ArgumentException("A deadline cannot be None.", nameof(deadline));
        }

        lock (_monitor)
        {
            while (!_isUnscheduled)
            {
                ClockTime now = clock.Now;
                if (now >= deadline)
                {
                    return new ClockWaitResult(true, now - deadline);
                }

                Monitor.Wait(_monitor);
            }
        }

        return ClockWaitResult.Unscheduled;
    }

    public override void Unschedule()
    {
        lock (_monitor)
        {
            _isUnscheduled = true;
            Monitor.PulseAll(_monitor);
        }
    }

    public override void Reset()
    {
        lock (_monitor)
        {
            _isUnscheduled = false;
        }
    }

    public override void Remap()
    {
        lock (_monitor)
        {
            Monitor.PulseAll(_monitor);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _system.Advanced -= OnAdvanced;
        base.Dispose(disposing);
    }

    private void OnAdvanced(object? sender, EventArgs e) => Remap();
}
