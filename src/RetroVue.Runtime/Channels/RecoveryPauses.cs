using RetroVue.Media.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>How long to wait before a channel that has failed is tried again: a second, then twice as long each time, and how often.</summary>
/// <remarks>For one caller at a time. Follows the recovery rules of RetroVue's ProgramDirector document.</remarks>
internal sealed class RecoveryPauses(ChannelOptions options)
{
    private int _attempts;
    private ClockTime _onAirSince = ClockTime.None;

    /// <summary>The longest wait; a channel that has been on the air for longer counts as recovered.</summary>
    public static ClockTime LongestPause => ClockTime.FromSeconds(30);

    /// <summary>The channel is on the air.</summary>
    public void Succeed(ClockTime now) => _onAirSince = now;

    /// <summary>
    /// The channel has failed. What fails again at once has not been recovered: its attempts go on to count.
    /// </summary>
    public void Fail(ClockTime now)
    {
        if (!_onAirSince.IsNone && now - _onAirSince >= LongestPause)
        {
            _attempts = 0;
        }

        _onAirSince = ClockTime.None;
    }

    /// <summary>How long to wait before the next attempt; None if there are no more.</summary>
    public ClockTime Next()
    {
        if (_attempts >= options.RecoveryAttempts)
        {
            // Given up. Who asks for it tries anew.
            _attempts = 0;
            return ClockTime.None;
        }

        ClockTime pause = options.RecoveryPause * (1L << Math.Min(_attempts, 20));
        _attempts++;
        return ClockTime.Min(pause, LongestPause);
    }
}
