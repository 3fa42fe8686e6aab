using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The longest time between key frames, told in order.</summary>
internal sealed class KeyFrameInterval
{
    private ClockTime _last = ClockTime.None;

    /// <summary>The longest so far; zero before the second.</summary>
    public ClockTime Longest { get; private set; }

    /// <summary>True as long as none was told.</summary>
    public bool IsEmpty => _last.IsNone;

    /// <summary>Takes the next key frame's time, or the stream's end; None is passed over.</summary>
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
