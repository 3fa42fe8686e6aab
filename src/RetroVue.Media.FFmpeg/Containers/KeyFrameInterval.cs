using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Measures the longest time between key frames, which are added in order.</summary>
internal sealed class KeyFrameInterval
{
    private ClockTime _last = ClockTime.None;

    /// <summary>The longest so far; zero before the second.</summary>
    public ClockTime Longest { get; private set; }

    /// <summary>True until the first is added.</summary>
    public bool IsEmpty => _last.IsNone;

    /// <summary>Adds the next key frame's time, or the stream's end; ignores None.</summary>
    public void Add(ClockTime time)
    {
        if (!time.IsNone)
        {
            var interval = time - _last;
            Longest = interval > Longest ? interval : Longest;
            _last = time;
        }
    }
}
