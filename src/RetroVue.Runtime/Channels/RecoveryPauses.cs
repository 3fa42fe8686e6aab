using RetroVue.Media.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// The pauses between attempts to restart a failed channel: a second, then twice as long each time; and the number of attempts.
/// </summary>
/// <remarks>For one caller at a time. Follows the recovery rules of RetroVue's ProgramDirector document.</remarks>
internal sealed class RecoveryPauses(ChannelOptions options)
{
    private int _attempts;
    private ClockTime _onAirSince = ClockTime.None;

    /// <summary>The longest pause; a channel that has been on the air for longer counts as recovered.</summary>
    public static ClockTime LongestPause => ClockTime.FromSeconds(30);

    /// <summary>Notes that the channel is on the air.</summary>
    public void Succeed(ClockTime now) => _onAirSince = now;

    /// <summary>
    /// Notes that the channel has failed. A channel that fails again soon has not recovered: the count of attempts goes on.
    /// </summary>
    public void Fail(ClockTime now)
    {
        if (!_onAirSince.IsNone && now - _onAirSince >= LongestPause)
        {
            _attempts = 0;
        }

        _onAirSince = ClockTime.None;
    }

    /// <summary>Returns the pause before the next attempt; None if there are no more.</summary>
    public ClockTime Next()
    {
        if (_attempts >= options.RecoveryAttempts)
        {
            // Given up. The next viewer who requests the channel causes another attempt.
            _attempts = 0;
            return ClockTime.None;
        }

        ClockTime pause = options.RecoveryPause * (1L << Math.Min(_attempts, 20));
        _attempts++;
        return ClockTime.Min(pause, LongestPause);
    }
}
