using System.Collections.Immutable;
using System.Globalization;
using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Options for channels, such as linger and recovery. They are read once, when the station is made; later changes have no effect.
/// </summary>
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
    /// How long a channel stays on the air after its last viewer has left, up to 366 days; zero takes it off at once. By default ten
    /// seconds.
    /// </summary>
    public ClockTime Linger { get; set; } = ClockTime.FromSeconds(10);

    /// <summary>How far ahead the producer knows the plan, from 30 seconds to seven days; by default six hours.</summary>
    public Duration Horizon { get; set; } = Duration.FromHours(6);

    /// <summary>
    /// How long after a failure a watched channel is restarted, from one millisecond to thirty seconds; by default one second. The pause
    /// doubles after each further failed attempt, up to thirty seconds.
    /// </summary>
    public ClockTime RecoveryPause { get; set; } = ClockTime.FromSeconds(1);

    /// <summary>
    /// The number of attempts in a row to restart a failed channel, before the channel gives up; zero for none. By default five.
    /// </summary>
    public int RecoveryAttempts { get; set; } = 5;

    /// <summary>The instant at which each channel's line is zero, from 1970 to 2200; by default 2024-01-01T00:00:00Z.</summary>
    public Instant Epoch { get; set; } = ChannelLine.DefaultEpoch;

    /// <summary>
    /// Returns the errors in the values, one line for each: the setting, its value, the cause, and the allowed values. Empty if there is
    /// none.
    /// </summary>
    /// <param name="prefix">The text before the name of a setting in messages, such as "RetroVue:Channel:".</param>
    public ImmutableArray<string> FindProblems(string prefix = $"{nameof(ChannelOptions)}.")
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        Require(
            Linger >= ClockTime.Zero && Linger.ToDuration() <= s_longestLinger,
            nameof(Linger), Text(Linger), "a channel lingers for a time that is not negative. Write 00:00:00 (off the air at once) to 366.00:00:00 (366 days)");
        Require(
            Horizon >= s_shortestHorizon && Horizon <= s_longestHorizon,
            nameof(Horizon), Text(Horizon), "a shorter plan ends before the producer gets the next one, and a longer one wastes memory. Write 00:00:30 to 7.00:00:00 (seven days)");
        Require(
            RecoveryPause >= s_shortestPause && RecoveryPause <= RecoveryPauses.LongestPause,
            nameof(RecoveryPause), Text(RecoveryPause), "a failed channel is restarted after a pause of at most thirty seconds. Write 00:00:00.001 to 00:00:30");
        Require(
            RecoveryAttempts >= 0,
            nameof(RecoveryAttempts), $"{RecoveryAttempts}", "a count is not negative. Write 0 (no restart) or more");
        Require(
            Epoch >= s_firstEpoch && Epoch <= s_lastEpoch,
            nameof(Epoch), Epoch.ToString("g", CultureInfo.InvariantCulture), "a channel's line cannot hold times that are so far away. Write an instant from 1970-01-01T00:00:00Z to 2200-01-01T00:00:00Z, or omit it");
        return problems.ToImmutable();

        void Require(bool isTrue, string name, string value, string cause)
        {
            if (!isTrue)
            {
                problems.Add($"{prefix}{name} is {value}: {cause}.");
            }
        }
    }

    /// <summary>Returns a copy of the present options, which no other code can change.</summary>
    /// <exception cref="ArgumentException">A value is not allowed.</exception>
    internal static ChannelOptions Checked(ChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImmutableArray<string> problems = options.FindProblems();
        return problems.IsEmpty ? options with { } : throw new ArgumentException(string.Join(' ', problems), nameof(options));
    }

    private static string Text(ClockTime time) => time.IsNone ? "no time" : Text(time.ToDuration());

    private static string Text(Duration duration) => duration.ToString("-D'.'hh:mm:ss.FFFFFFFFF", CultureInfo.InvariantCulture);
}
