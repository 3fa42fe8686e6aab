using System.Collections.Immutable;
using System.Globalization;
using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>How channels are run. Read once, when the station is made: what is set later changes nothing.</summary>
/// <remarks>Set by one thread at a time.</remarks>
public sealed record ChannelOptions
{
    private static readonly Duration s_longestLinger = Duration.FromDays(366);
    private static readonly Duration s_shortestHorizon = Duration.FromSeconds(30);
    private static readonly Duration s_longestHorizon = Duration.FromDays(7);
    private static readonly ClockTime s_shortestPause = ClockTime.FromMilliseconds(1);
    private static readonly Instant s_firstEpoch = NodaConstants.UnixEpoch;
    private static readonly Instant s_lastEpoch = Instant.FromUtc(2200, 1, 1, 0, 0);

    /// <summary>
    /// How long a channel stays on the air after its last viewer has left, up to 366 days; zero takes it off at once. Ten seconds unless set.
    /// </summary>
    public ClockTime Linger { get; set; } = ClockTime.FromSeconds(10);

    /// <summary>How far ahead the producer is told the plan, from 30 seconds to seven days; six hours unless set.</summary>
    public Duration Horizon { get; set; } = Duration.FromHours(6);

    /// <summary>
    /// How long after a failure a channel that is watched is tried again; twice as long after each further attempt that fails, up to thirty
    /// seconds. From a millisecond to thirty seconds; one second unless set.
    /// </summary>
    public ClockTime RecoveryPause { get; set; } = ClockTime.FromSeconds(1);

    /// <summary>How often in a row a channel that has failed is tried again before it is given up; zero for never. Five times unless set.</summary>
    public int RecoveryAttempts { get; set; } = 5;

    /// <summary>Where every channel's line is zero, from 1970 to 2200; 2024-01-01T00:00:00Z unless set.</summary>
    public Instant Epoch { get; set; } = ChannelLine.DefaultEpoch;

    /// <summary>
    /// Says what is wrong with the values, a line for each: the setting, its value, why that cannot be, and what can. Empty if all is well.
    /// </summary>
    /// <param name="prefix">What stands before a setting's name where it is set, such as "RetroVue:Channel:".</param>
    public ImmutableArray<string> FindProblems(string prefix = $"{nameof(ChannelOptions)}.")
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        Require(
            Linger >= ClockTime.Zero && Linger.ToDuration() <= s_longestLinger,
            nameof(Linger), Text(Linger), "a channel lingers for a time that is not negative. Write 00:00:00 (off the air at once) to 366.00:00:00 (366 days)");
        Require(
            Horizon >= s_shortestHorizon && Horizon <= s_longestHorizon,
            nameof(Horizon), Text(Horizon), "a nearer plan runs out before it is told on, and a farther one takes memory for nothing. Write 00:00:30 to 7.00:00:00 (seven days)");
        Require(
            RecoveryPause >= s_shortestPause && RecoveryPause <= RecoveryPauses.LongestPause,
            nameof(RecoveryPause), Text(RecoveryPause), "a channel that has failed is tried again after a pause, and after thirty seconds at the latest. Write 00:00:00.001 to 00:00:30");
        Require(
            RecoveryAttempts >= 0,
            nameof(RecoveryAttempts), $"{RecoveryAttempts}", "a count is not negative. Write 0 (never tried again) or more");
        Require(
            Epoch >= s_firstEpoch && Epoch <= s_lastEpoch,
            nameof(Epoch), Epoch.ToString("g", CultureInfo.InvariantCulture), "times that far away do not fit a channel's line. Write an instant from 1970-01-01T00:00:00Z to 2200-01-01T00:00:00Z, or leave it out");
        return problems.ToImmutable();

        void Require(bool isTrue, string name, string value, string cause)
        {
            if (!isTrue)
            {
                problems.Add($"{prefix}{name} is {value}: {cause}.");
            }
        }
    }

    /// <summary>The options as they are now, which nobody changes.</summary>
    /// <exception cref="ArgumentException">A value cannot be.</exception>
    internal static ChannelOptions Checked(ChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImmutableArray<string> problems = options.FindProblems();
        return problems.IsEmpty ? options with { } : throw new ArgumentException(string.Join(' ', problems), nameof(options));
    }

    private static string Text(ClockTime time) => time.IsNone ? "no time" : Text(time.ToDuration());

    private static string Text(Duration duration) => duration.ToString("-D'.'hh:mm:ss.FFFFFFFFF", CultureInfo.InvariantCulture);
}
