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
/// Station time: the one authority on "now" of a process. Schedules, sessions and reports ask it and nothing else.
/// </summary>
/// <remarks>
/// Thread-safe; telling the time takes no lock. The time is an anchor (a UTC at a reading of the monotonic system clock) carried on by a
/// <see cref="DisciplinedClock"/>, so it never goes back and a step of the machine's civil time does not move it. It is corrected only
/// through <see cref="Slew"/> and <see cref="StepForward"/>. A civil time that has been stepped is shown by its readings' state
/// (<see cref="CompareCivilTime"/>).
/// </remarks>
public sealed class MasterClock : NodaTime.IClock
{
    /// <summary>The most that station time is slewed by, in parts per million: MPEG-TS allows a PCR to be off by 30 (ISO/IEC 13818-1, 2.4.2.1).</summary>
    public const double MaxSlew = 20;

    // Enough that one of them is very likely not interrupted between its two readings.
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

    /// <summary>A clock anchored to a machine's civil time, which is read at once and later only to be compared with.</summary>
    /// <param name="systemClock">The waiter's system clock, real or simulated.</param>
    /// <param name="systemUtc">Reads the machine's civil time in UTC.</param>
    /// <param name="precision">What the times it tells are cut to.</param>
    /// <param name="logger">Hears of replaced events, steps and failed timers.</param>
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
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "A precision is second, millisecond or microsecond.");
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

    /// <summary>A clock that reads <paramref name="anchor"/> now, on a machine whose civil time runs with its system clock: for simulation.</summary>
    /// <param name="systemClock">The waiter's system clock, as a rule a simulated one.</param>
    /// <param name="anchor">The UTC of the system clock's present reading.</param>
    /// <param name="precision">What the times it tells are cut to.</param>
    /// <param name="logger">Hears of replaced events, steps and failed timers.</param>
    public MasterClock(
        IClock systemClock,
        Instant anchor,
        TimePrecision precision = TimePrecision.Millisecond,
        ILogger<MasterClock>? logger = null)
        : this(systemClock, UtcFrom(systemClock, anchor), precision, logger)
    {
    }

    /// <summary>The unit that every instant this clock tells is cut to. Pacing is not affected: <see cref="AsClock"/> is exact.</summary>
    public TimePrecision Precision { get; }

    /// <summary>Station time now, cut to <see cref="Precision"/>. Always answers; <see cref="AsClock"/>'s readings show its uncertainty.</summary>
    public Instant UtcNow => Cut(_station.Now);

    /// <summary>
    /// A clock across the network, on the line of <see cref="StationTime"/>, that <see cref="TryGetTraceTime"/> tells; null while there
    /// is none. It does not steer station time.
    /// </summary>
    public IClock? Reference
    {
        get => Volatile.Read(ref _reference);
        set => Volatile.Write(ref _reference, value);
    }

    /// <summary>The real machine's station time: CLOCK_REALTIME read once, carried on by CLOCK_MONOTONIC.</summary>
    public static MasterClock FromSystem(TimePrecision precision = TimePrecision.Millisecond, ILogger<MasterClock>? logger = null) =>
        new(SystemClock.Instance, () => ClockTime.FromNanoseconds(SystemClock.UnixNanoseconds).ToInstant(), precision, logger);

    /// <summary>The same as <see cref="UtcNow"/>, for callers that know a clock as NodaTime's.</summary>
    public Instant GetCurrentInstant() => UtcNow;

    /// <summary><see cref="UtcNow"/> as a zone's clocks show it.</summary>
    public ZonedDateTime LocalNow(DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return UtcNow.InZone(zone);
    }

    /// <summary><see cref="UtcNow"/> as the clocks of a zone, given by its IANA name, show it.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    public ZonedDateTime LocalNow(string zone) => LocalNow(TimeZones.Get(zone));

    /// <summary>Seconds from an instant to <see cref="UtcNow"/>; zero for an instant that is still to come.</summary>
    public double SecondsSince(Instant instant)
    {
        Duration passed = UtcNow - instant;
        return passed > Duration.Zero ? passed.TotalSeconds : 0;
    }

    /// <summary>
    /// What a zone's clocks show when another's show <paramref name="time"/>. A time that the first zone's clocks show twice is taken as
    /// the earlier one; one that they skip is moved on by the length of the gap.
    /// </summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Callers ask the clock they hold, as for every other question about zones.")]
    public ZonedDateTime ConvertTimezone(LocalDateTime time, string fromZone, string toZone) =>
        time.InZoneLeniently(TimeZones.Get(fromZone)).WithZone(TimeZones.Get(toZone));

    /// <summary>What a zone's clocks, given by its IANA name, show now.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    public TimezoneInfo GetTimezoneInfo(string zone)
    {
        ZoneInterval interval = TimeZones.Get(zone).GetZoneInterval(UtcNow);
        return new TimezoneInfo(
            zone, interval.WallOffset, interval.Savings, interval.Name, interval.HasEnd ? interval.End : null);
    }

    /// <summary>
    /// Keeps an event until <see cref="TriggerScheduledEvents"/> finds it due; one that is due already is found at the next call. An
    /// event with an id that is pending replaces it.
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

    /// <summary>Forgets a pending event; false if there is none with that id.</summary>
    public bool CancelEvent(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _events.Remove(id);
    }

    /// <summary>The pending events from one instant to another, both included, in time order, ties in the order they were scheduled.</summary>
    public IReadOnlyList<ScheduledEvent> EventsBetween(Instant from, Instant to) => _events.Between(from, to);

    /// <summary>
    /// Removes and returns the events that are due, in time order, ties in the order they were scheduled. Due is measured exactly, not
    /// to <see cref="Precision"/>.
    /// </summary>
    public IReadOnlyList<ScheduledEvent> TriggerScheduledEvents() => _events.TakeDue(_station.Now.ToInstant());

    /// <summary>Compares station time, its anchor and the machine's civil time.</summary>
    /// <param name="tolerance">
    /// The difference between station time and the machine's UTC that still counts as agreement; by default 500 ms, above which slewing
    /// would take more than seven hours.
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
    /// Compares as <see cref="ValidateTimeConsistency"/> does and shows what comes out: while the two are more than 500 ms apart, the
    /// readings of <see cref="AsClock"/> are unsynchronised and as uncertain as that is much. Each step is logged. Station time goes on
    /// undisturbed.
    /// </summary>
    public TimeConsistency CompareCivilTime()
    {
        TimeConsistency seen = ValidateTimeConsistency();
        _civil.Take(seen);
        return seen;
    }

    /// <summary>Compares every ten seconds of station time (<see cref="CompareCivilTime"/>), until it is told to stop.</summary>
    /// <param name="executor">Waits; one over the same system clock as this clock.</param>
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
            // Told to stop.
        }
    }

    /// <summary>
    /// The time of the <see cref="Reference"/>, cut to <see cref="Precision"/>; null unless it is a network clock that is synchronised
    /// at this moment. A reference in hold-over is stale and gives null.
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

    /// <summary>Makes station time gain on the system clock, or lose, from now on; zero ends it.</summary>
    /// <param name="partsPerMillion">Microseconds gained per second; within ±<see cref="MaxSlew"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is beyond ±<see cref="MaxSlew"/>, or not a number.</exception>
    public void Slew(double partsPerMillion)
    {
        if (!(Math.Abs(partsPerMillion) <= MaxSlew))
        {
            throw new ArgumentOutOfRangeException(
                nameof(partsPerMillion), partsPerMillion, "Station time is slewed by at most 20 parts per million either way.");
        }

        _civil.Slew(partsPerMillion);
    }

    /// <summary>Steps station time forward: for a clock that was behind, between items. It is never stepped back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void StepForward(Duration step)
    {
        _station.StepForward(step.ToClockTime());
        RuntimeLog.SteppedForward(_logger, step);
    }

    /// <summary>Station time for pacing: exact to the nanosecond, on the line of <see cref="StationTime"/>.</summary>
    public IClock AsClock() => _station;

    /// <summary>
    /// Station time for code that takes a <see cref="TimeProvider"/>. Its timers wait on the executor, for station time, and call back
    /// where <see cref="Executor.InvokeAsync"/> runs work; a callback that throws is logged and its timer goes on.
    /// </summary>
    /// <param name="executor">Runs the timers; one over the same system clock as this clock.</param>
    /// <exception cref="ArgumentException">The executor lives in another system time.</exception>
    public TimeProvider AsTimeProvider(Executor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return ReferenceEquals(executor.Waiter.SystemClock, _system)
            ? new StationTimeProvider(this, executor, _logger)
            : throw new ArgumentException($"The executor waits by '{executor.Waiter.SystemClock.Name}', the station by '{_system.Name}'.", nameof(executor));
    }

    /// <summary>Anchors a station clock in the narrowest of several brackets, and says how wide that was.</summary>
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
        // A remainder below zero, before 1970, is taken off upwards, so the cut is always towards the past.
        long rest = time.Nanoseconds % unit;
        return ClockTime.FromNanoseconds(time.Nanoseconds - (rest < 0 ? rest + unit : rest)).ToInstant();
    }
}
