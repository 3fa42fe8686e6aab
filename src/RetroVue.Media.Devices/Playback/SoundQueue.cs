using System.Diagnostics.CodeAnalysis;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Playback;

/// <summary>Sound that waits for a clocked sink, and the buffer that is being played, frame by frame.</summary>
/// <remarks>
/// <see cref="Add"/> and <see cref="End"/> are for the thread that feeds the sink, the other members for the sink's own thread. Allocates
/// nothing once it has reached its size.
/// </remarks>
internal sealed class SoundQueue(AudioFormat format, ClockTime limit)
{
    private readonly Lock _lock = new();
    private readonly Queue<MediaBuffer> _waiting = new();
    private ClockTime _duration;
    private bool _hasEnded;

    /// <summary>The gate; closed while the queue is at its limit.</summary>
    public RoomGate Gate { get; } = new();

    /// <summary>The buffer that is being played; null between two buffers.</summary>
    public MediaBuffer? Current { get; private set; }

    /// <summary>The first frame of the current buffer that has not been played.</summary>
    public int Position { get; private set; }

    /// <summary>The number of frames left in the current buffer.</summary>
    public int Left => FramesOf(Current!) - Position;

    /// <summary>The bytes of these frames.</summary>
    public ReadOnlySpan<byte> Data => Current!.Data[(Position * format.BytesPerFrame)..];

    /// <summary>True when the stream has ended and the queue is empty.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _hasEnded && _waiting.Count == 0;
            }
        }
    }

    /// <summary>Adds a buffer and takes over its reference.</summary>
    public void Add(MediaBuffer buffer)
    {
        lock (_lock)
        {
            _waiting.Enqueue(buffer);
            _duration += DurationOf(buffer);
            if (_duration >= limit)
            {
                Gate.Close();
            }
        }
    }

    /// <summary>Notes that no more buffers come.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }
    }

    /// <summary>Makes the next buffer the current one, if there is no current one; false if none waits.</summary>
    [MemberNotNullWhen(true, nameof(Current))]
    public bool TryTake()
    {
        if (Current is not null)
        {
            return true;
        }

        lock (_lock)
        {
            if (!_waiting.TryDequeue(out MediaBuffer? next))
            {
                return false;
            }

            (Current, Position) = (next, 0);
            _duration -= DurationOf(next);
            if (_duration < limit)
            {
                Gate.Open();
            }
        }

        return true;
    }

    /// <summary>Advances in the current buffer; releases it at its end.</summary>
    public void Advance(int frames)
    {
        Position += frames;
        if (Left == 0)
        {
            Current!.Release();
            Current = null;
        }
    }

    /// <summary>Releases all buffers.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out MediaBuffer? buffer))
            {
                buffer.Release();
            }

            _duration = ClockTime.Zero;
        }

        Current?.Release();
        Current = null;
        Gate.Open();
    }

    private int FramesOf(MediaBuffer buffer) => buffer.Data.Length / format.BytesPerFrame;

    private ClockTime DurationOf(MediaBuffer buffer) => format.DurationOf(FramesOf(buffer));
}
