using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using IClock = RetroVue.Media.Clocks.IClock;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.Time;

/// <summary>
/// Station time: the one clock of a process for the present instant. Schedules, sessions and reports use no other clock.
/// </summary>
/// <remarks>
/// Thread-safe; reading the time takes no lock. The time is an anchor (a UTC at a reading of the monotonic system clock) that a
/// <see cref="DisciplinedClock"/> continues. So it never goes back, and a step of the machine's civil time does not move it. It is
/// corrected only by <see cref="Slew"/> and <see cref="StepForward"/>. After a step of civil time, the state of its readings shows that
/// (<see cref="CompareCivilTime"/>).
/// </remarks>
public sealed class MasterClock : NodaTime.IClock
{
    /// <summary>
    /// The largest slew of station time, in parts per million: MPEG-TS allows a PCR to be off by 30 (ISO/IEC 13818-1, 2.4.2.1).
    /// </summary>
    public const double MaxSlew = 20;

    // So many that very likely at least one of them is not interrupted between its two readings.
    private const int AnchorAttempts = 5;

    private static readonly ClockTime s_compareEvery = ClockTime.FromSeconds(10);

    private readonly IClock _system;
    private readonly Func<Instant> _systemUtc;
    private readonly DisciplinedClock _station;
    private readonly CivilTimeState _civil;
    private readonly ClockReading _anchor;
    private readonly EventCalendar _events = new();
    private readonly ILogger _logger;
    private IClock? _reference;

    /// <summary>Makes a clock that is anchored to the machine's civil time, which is read now and later only compared.</summary>
    /// <param name="systemClock">The waiter's system clock, real or simulated.</param>
    /// <param name="systemUtc">Reads the machine's civil time in UTC.</param>
    /// <param name="precision">The unit to which <see cref="UtcNow"/> is cut.</param>
    /// <param name="logger">Gets replaced events, steps and failed timers.</param>
    public MasterClock(
        IClock systemClock,
        Func<Instant> systemUtc,
        TimePrecision precision = TimePrecision.Millisecond,
        ILogger<MasterClock>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(systemClock);
        ArgumentNullException.ThrowIfNull(systemUtc);
        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "A precision has to be second, millisecond or microsecond.");
        }

        _system = systemClock;
        _systemUtc = systemUtc;
        _logger = logger ?? NullLogger<MasterClock>.Instance;
        Precision = precision;
        (_station, ClockTime uncertainty) = TakeAnchor(systemClock, systemUtc);
        _station.SetRate(1, uncertainty, ClockState.Synchronised);
        _anchor = _station.Read();
        _civil = new CivilTimeState(_station, uncertainty, _logger);
    }

    /// <summary>
    /// Makes a clock that reads <paramref name="anchor"/> now, on a machine whose civil time runs with its system clock: for simulation.
    /// </summary>
    /// <param name="systemClock">The waiter's system clock, usually a simulated one.</param>
    /// <param name="anchor">The UTC of the system clock's present reading.</param>
    /// <param name="precision">The unit to which <see cref="UtcNow"/> is cut.</param>
    /// <param name="logger">Gets replaced events, steps and failed timers.</param>
    public MasterClock(
        IClock systemClock,
        Instant anchor,
        TimePrecision precision = TimePrecision.Millisecond,
        ILogger<MasterClock>? logger = null)
        : this(systemClock, UtcFrom(systemClock, anchor), precision, logger)
    {
    }

    /// <summary>The unit to which the instants of this clock are cut. Pacing is not affected: <see cref="AsClock"/> is exact.</summary>
    public TimePrecision Precision { get; }

    /// <summary>Station time now, cut to <see cref="Precision"/>. Its uncertainty is in the readings of <see cref="AsClock"/>.</summary>
    public Instant UtcNow => Cut(_station.Now);

    /// <summary>
    /// A network clock on the line of <see cref="StationTime"/>, which <see cref="TryGetTraceTime"/> reads; null if there is none. It does
    /// not steer station time.
    /// </summary>
    public IClock? Reference
    {
        get => Volatile.Read(ref _reference);
        set => Volatile.Write(ref _reference, value);
    }

    /// <summary>Returns the station time of the real machine: CLOCK_REALTIME is read once and continued with CLOCK_MONOTONIC.</summary>
    public static MasterClock FromSystem(TimePrecision precision = TimePrecision.Millisecond, ILogger<MasterClock>? logger = null) =>
        new(SystemClock.Instance, () => ClockTime.FromNanoseconds(SystemClock.UnixNanoseconds).ToInstant(), precision, logger);

    /// <summary>Returns <see cref="UtcNow"/>, for callers that use NodaTime's clock interface.</summary>
    public Instant GetCurrentInstant() => UtcNow;

    /// <summary>Returns <see cref="UtcNow"/> in a zone's local time.</summary>
    public ZonedDateTime LocalNow(DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return UtcNow.InZone(zone);
    }

    /// <summary>Returns <see cref="UtcNow"/> in the local time of a zone, given by its IANA name.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    public ZonedDateTime LocalNow(string zone) => LocalNow(TimeZones.Get(zone));

    /// <summary>Returns the seconds from an instant to <see cref="UtcNow"/>; zero for an instant in the future.</summary>
    public double SecondsSince(Instant instant)
    {
        Duration passed = UtcNow - instant;
        return passed > Duration.Zero ? passed.TotalSeconds : 0;
    }

    /// <summary>
    /// Converts a local time of one zone to another zone. If the local time occurs twice, the earlier one counts; if it is skipped, it is
    /// moved forward by the length of the gap.
    /// </summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Callers ask the clock they hold, as for every other question about zones.")]
    public ZonedDateTime ConvertTimezone(LocalDateTime time, string fromZone, string toZone) =>
        time.InZoneLeniently(TimeZones.Get(fromZone)).WithZone(TimeZones.Get(toZone));

    /// <summary>Returns the present offset, abbreviation and next change of a zone, given by its IANA name.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    public TimezoneInfo GetTimezoneInfo(string zone)
    {
        ZoneInterval interval = TimeZones.Get(zone).GetZoneInterval(UtcNow);
        return new TimezoneInfo(
            zone, interval.WallOffset, interval.Savings, interval.Name, interval.HasEnd ? interval.End : null);
    }

    /// <summary>
    /// Keeps an event until <see cref="TriggerScheduledEvents"/> finds it due. An event that is due already is found by the next call. An
    /// event replaces a pending one with the same id.
    /// </summary>
    /// <returns>The event that was replaced, or null.</returns>
    public ScheduledEvent? ScheduleEvent(string id, Instant at, object? payload = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ScheduledEvent? replaced = _events.Add(new ScheduledEvent(id, at, payload));
        if (replaced is not null)
        {
            RuntimeLog.EventReplaced(_logger, id, replaced.At, at);
        }

        return replaced;
    }

    /// <summary>Removes a pending event; false if there is none with that id.</summary>
    public bool CancelEvent(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _events.Remove(id);
    }

    /// <summary>
    /// Returns the pending events from one instant to another, both included, in the order of time, and of insertion for equal times.
    /// </summary>
    public IReadOnlyList<ScheduledEvent> EventsBetween(Instant from, Instant to) => _events.Between(from, to);

    /// <summary>
    /// Removes and returns the events that are due, in the order of time, and of insertion for equal times. The comparison uses the exact
    /// time, not <see cref="Precision"/>.
    /// </summary>
    public IReadOnlyList<ScheduledEvent> TriggerScheduledEvents() => _events.TakeDue(_station.Now.ToInstant());

    /// <summary>Compares station time, its anchor and the machine's civil time.</summary>
    /// <param name="tolerance">
    /// The largest difference between station time and the machine's UTC that counts as agreement. By default 500 ms; to slew more would
    /// take over seven hours.
    /// </param>
    public TimeConsistency ValidateTimeConsistency(Duration? tolerance = null)
    {
        ClockReading station = _station.Read();
        Instant utc = _systemUtc();
        ClockTime bracket = _system.Now - station.SystemTime;
        return new TimeConsistency(
            station.Time.ToInstant(),
            (_anchor.Time + (station.SystemTime - _anchor.SystemTime)).ToInstant(),
            utc,
            (bracket + _anchor.Uncertainty).ToDuration(),
            tolerance ?? Duration.FromMilliseconds(500));
    }

    /// <summary>
    /// Compares like <see cref="ValidateTimeConsistency"/>, and shows the result: while the two differ by more than 500 ms, the readings of
    /// <see cref="AsClock"/> are unsynchronised, and their uncertainty is that difference. Each step is logged. Station time itself does
    /// not change.
    /// </summary>
    public TimeConsistency CompareCivilTime()
    {
        TimeConsistency seen = ValidateTimeConsistency();
        _civil.Take(seen);
        return seen;
    }

    /// <summary>Compares every ten seconds of station time (<see cref="CompareCivilTime"/>), until it is stopped.</summary>
    /// <param name="executor">Waits; it must use the same system clock as this clock.</param>
    /// <param name="cancellationToken">Ends it; the task completes then without an exception.</param>
    internal async Task WatchCivilTimeAsync(Executor executor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        try
        {
            while (true)
            {
                await executor.WaitUntilAsync(_station, _station.Now + s_compareEvery, cancellationToken).ConfigureAwait(false);
                CompareCivilTime();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>
    /// Returns the time of the <see cref="Reference"/>, cut to <see cref="Precision"/>; null if it is not a network clock that is
    /// synchronised now. A reference in hold-over is stale and gives null.
    /// </summary>
    public Instant? TryGetTraceTime()
    {
        if (Reference is not { } reference || !reference.Flags.HasFlag(ClockFlags.Network))
        {
            return null;
        }

        ClockReading reading = reference.Read();
        return reading.State == ClockState.Synchronised ? Cut(reading.Time) : null;
    }

    /// <summary>Makes station time run faster than the system clock, or slower, from now on; zero ends this.</summary>
    /// <param name="partsPerMillion">Microseconds gained per second; within ±<see cref="MaxSlew"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is beyond ±<see cref="MaxSlew"/>, or not a number.</exception>
    public void Slew(double partsPerMillion)
    {
        if (!(Math.Abs(partsPerMillion) <= MaxSlew))
        {
            throw new ArgumentOutOfRangeException(
                nameof(partsPerMillion), partsPerMillion, "Station time can be slewed by at most ±20 parts per million.");
        }

        _civil.Slew(partsPerMillion);
    }

    /// <summary>Steps station time forward: for a clock that was behind, between items. Station time is never stepped back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void StepForward(Duration step)
    {
        _station.StepForward(step.ToClockTime());
        RuntimeLog.SteppedForward(_logger, step);
    }

    /// <summary>Returns station time as a clock for pacing: exact to the nanosecond, on the line of <see cref="StationTime"/>.</summary>
    public IClock AsClock() => _station;

    /// <summary>
    /// Returns station time for code that takes a <see cref="TimeProvider"/>. Its timers wait on the executor, for station time, and call
    /// back like work of <see cref="Executor.InvokeAsync"/>. If a callback throws, the exception is logged and the timer goes on.
    /// </summary>
    /// <param name="executor">Runs the timers; it must use the same system clock as this clock.</param>
    /// <exception cref="ArgumentException">The executor uses another system clock.</exception>
    public TimeProvider AsTimeProvider(Executor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return ReferenceEquals(executor.Waiter.SystemClock, _system)
            ? new StationTimeProvider(this, executor, _logger)
            : throw new ArgumentException($"The executor's system clock is '{executor.Waiter.SystemClock.Name}'; the station's is '{_system.Name}'.", nameof(executor));
    }

    /// <summary>Anchors a station clock with the narrowest of several brackets, and returns the width of that bracket.</summary>
    private static (DisciplinedClock Station, ClockTime Uncertainty) TakeAnchor(IClock systemClock, Func<Instant> systemUtc)
    {
        (DisciplinedClock? Station, ClockTime Uncertainty) best = (null, ClockTime.MaxValue);
        for (int attempt = 0; attempt < AnchorAttempts; attempt++)
        {
            ClockTime before = systemClock.Now;
            var station = new DisciplinedClock(systemClock, systemUtc().ToClockTime(), "station", ClockFlags.CanBeMaster | ClockFlags.CanSetMaster);
            ClockTime bracket = systemClock.Now - before;
            if (bracket < best.Uncertainty)
            {
                best = (station, bracket);
            }
        }

        return (best.Station!, best.Uncertainty);
    }

    private static Func<Instant> UtcFrom(IClock systemClock, Instant anchor)
    {
        ArgumentNullException.ThrowIfNull(systemClock);
        ClockTime start = systemClock.Now;
        return () => anchor + (systemClock.Now - start).ToDuration();
    }

    private Instant Cut(ClockTime time)
    {
        long unit = Precision switch
        {
            TimePrecision.Second => NodaConstants.NanosecondsPerSecond,
            TimePrecision.Millisecond => NodaConstants.NanosecondsPerMillisecond,
            _ => 1000,
        };
        // Before 1970 the remainder is negative; it is corrected so that the cut is always towards the past.
        long rest = time.Nanoseconds % unit;
        return ClockTime.FromNanoseconds(time.Nanoseconds - (rest < 0 ? rest + unit : rest)).ToInstant();
    }
}
