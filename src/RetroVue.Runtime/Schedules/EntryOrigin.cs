using System.Buffers.Binary;
using System.Text;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>What makes an entry the one it is, whatever is cut from it: an item of a channel at an instant. Its id follows from that.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Start">The item's start, whole: before anything is cut from it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its file, or its title if it has none.</param>
/// <param name="Offset">The file's position at the start.</param>
internal readonly record struct EntryOrigin(Guid Channel, Instant Start, SegmentKind Kind, string Name, Duration Offset)
{
    /// <summary>The entry's id (<see cref="PlayoutEntry.Id"/>): a UUID in the name space of the channel's.</summary>
    public Guid ToId()
    {
        const int numbers = 16 + 16 + 4;
        int length = numbers + Encoding.UTF8.GetByteCount(Name);
        Span<byte> bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt128BigEndian(bytes, (Start - NodaConstants.UnixEpoch).ToInt128Nanoseconds());
        BinaryPrimitives.WriteInt128BigEndian(bytes[16..], Offset.ToInt128Nanoseconds());
        BinaryPrimitives.WriteInt32BigEndian(bytes[32..], (int)Kind);
        Encoding.UTF8.GetBytes(Name, bytes[numbers..]);
        return NamedId.Of(Channel, bytes);
    }
}
