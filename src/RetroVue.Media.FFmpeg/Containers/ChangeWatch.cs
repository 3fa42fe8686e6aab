using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Collects changes of a stream's format while a file is probed.</summary>
internal sealed unsafe class ChangeWatch
{
    /// <summary>The maximum number of collected changes.</summary>
    private const int Most = 16;

    private readonly InputFile _file;
    private readonly StreamInfo _stream;
    private readonly CodedChanges _changes = new();
    private EncodedFormat _format;

    public ChangeWatch(InputFile file, StreamInfo stream)
    {
        (_file, _stream, _format) = (file, stream, stream.Format);
        _changes.Expect(_format);
    }

    /// <summary>The changes, in the order in which they were seen.</summary>
    public List<ChangedFormat> Found { get; } = [];

    /// <summary>Checks the next packet of the stream, which is the last packet that was read from the file.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="time">Its time.</param>
    public void Look(AVPacket* packet, ClockTime time)
    {
        if (!ReferenceEquals(_file.FormatOf(_stream), _format))
        {
            _format = _file.FormatOf(_stream);
            Add(_changes.Expect(_format), time);
        }

        var flags = PacketMemory.ToBufferFlags(packet->flags);
        if ((flags & BufferFlags.Corrupt) == BufferFlags.None)
        {
            Add(_changes.Next(new ReadOnlySpan<byte>(packet->data, packet->size), (flags & BufferFlags.KeyFrame) != BufferFlags.None), time);
        }
    }

    private void Add(EncodedFormat? changed, ClockTime time)
    {
        if (changed is not null && Found.Count < Most)
        {
            Found.Add(new ChangedFormat(time - _file.Info.StartTime, changed));
        }
    }
}
