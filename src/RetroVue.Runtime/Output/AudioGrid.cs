using System.Runtime.InteropServices;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Puts items' sound at its sample positions on the channel's line, in blocks. A gap becomes silence. If two items overlap, the later one
/// is heard.
/// </summary>
internal sealed class AudioGrid
{
    private const int BlockLength = 1024;

    private readonly Rational _sample;
    private readonly int _channels;
    private readonly (int Length, int Stride)[] _planes;
    private long _next;
    private FeedItem? _pending;

    public AudioGrid(AudioFormat format)
    {
        if (format.SampleFormat != SampleFormat.F32Planar)
        {
            throw new ArgumentException($"A transcoded channel needs planar float samples, not {format.SampleFormat}.", nameof(format));
        }

        Format = format;
        _sample = new Rational(1, format.SampleRate);
        _channels = format.Layout.Channels;
        _planes = [.. Enumerable.Repeat((BlockLength * sizeof(float), BlockLength * sizeof(float)), _channels)];
    }

    /// <summary>The duration of a block at 48 kHz; it is shorter at a higher rate.</summary>
    public static ClockTime LongestBlock => ClockTime.FromUnits(BlockLength, new Rational(1, 48_000));

    public AudioFormat Format { get; }

    /// <summary>The tag of each sample.</summary>
    public TagLine Tags { get; } = new();

    /// <summary>When the next block begins, on the channel's line.</summary>
    public ClockTime NextTime => ClockTime.FromUnits(_next, _sample);

    /// <summary>Begins with the first block at or after a time. Blocks are counted from the line's zero in both directions.</summary>
    public void Begin(ClockTime time)
    {
        long block = Math.DivRem(time.ToUnits(_sample), BlockLength, out long rest);
        _next = (rest > 0 ? block + 1 : block) * BlockLength;
    }

    /// <summary>Returns the next block; null if sound for it may still come and there is time to wait.</summary>
    public MediaBuffer? TryMake(FeedSwitcher feeds, bool mayWait)
    {
        ClockTime end = ClockTime.FromUnits(_next + BlockLength, _sample);
        if (mayWait && !feeds.Covers(MediaKind.Audio, end))
        {
            return null;
        }

        HeapMemory memory = HeapMemory.Create(_planes);
        for (int channel = 0; channel < _channels; channel++)
        {
            memory.WritablePlane(channel).Clear();
        }

        bool isSilent = true;
        while (Take(feeds, end) is { } item)
        {
            isSilent = false;
            if (CopyInto(memory, item, feeds.SwitchesAt))
            {
                item.Release();
                continue;
            }

            // It continues in the next block.
            _pending = item;
            break;
        }

        if (isSilent)
        {
            Tags.Note(NextTime, null);
        }

        MediaBuffer block = MediaBuffer.Create(memory);
        block.Pts = NextTime;
        block.Sequence = _next / BlockLength;
        _next += BlockLength;
        block.Duration = NextTime - block.Pts;
        return block;
    }

    public void Clear()
    {
        _pending?.Release();
        _pending = null;
    }

    private FeedItem? Take(FeedSwitcher feeds, ClockTime end)
    {
        if (_pending is { } pending)
        {
            _pending = null;
            return pending;
        }

        while (feeds.TryTake(MediaKind.Audio, end) is { } item)
        {
            if (item.Buffer is not null)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>
    /// Copies the part of the sound that falls into the block. Returns true if nothing of it is left for the next block. Sound that began
    /// before another feed takes over is heard until the switch.
    /// </summary>
    private bool CopyInto(HeapMemory block, FeedItem item, ClockTime switchesAt)
    {
        MediaBuffer sound = item.Buffer!;
        long first = sound.Pts.ToUnits(_sample);
        int samples = sound.Memory.Plane(0).Length / sizeof(float);
        if (sound.Pts < switchesAt)
        {
            samples = (int)Math.Min(samples, switchesAt.ToUnits(_sample) - first);
        }

        int skip = (int)Math.Clamp(_next - first, 0, samples);
        int at = (int)Math.Max(first - _next, 0);
        int count = Math.Min(samples - skip, BlockLength - at);
        if (count > 0)
        {
            Tags.Note(ClockTime.FromUnits(_next + at, _sample), item.Tag);
            for (int channel = 0; channel < Math.Min(_channels, sound.Memory.PlaneCount); channel++)
            {
                ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(sound.Memory.Plane(channel));
                Span<float> target = MemoryMarshal.Cast<byte, float>(block.WritablePlane(channel));
                source.Slice(skip, count).CopyTo(target[at..]);
            }
        }

        return skip + Math.Max(count, 0) >= samples;
    }
}
