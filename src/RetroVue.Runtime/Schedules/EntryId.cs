using System.Buffers.Binary;
using System.Text;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>Derives the ids of a channel's entries (<see cref="PlayoutEntry.Id"/>).</summary>
internal static class EntryId
{
    /// <summary>The id of an item that a channel airs at an instant: a UUID in the name space of the channel's.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="start">The item's start, whole: before anything is cut from it.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="name">Its file, or its title if it has none.</param>
    /// <param name="offset">The file's position at the start.</param>
    public static Guid Of(Guid channel, Instant start, SegmentKind kind, string name, Duration offset)
    {
        const int numbers = 16 + 16 + 4;
        int length = numbers + Encoding.UTF8.GetByteCount(name);
        Span<byte> bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt128BigEndian(bytes, (start - NodaConstants.UnixEpoch).ToInt128Nanoseconds());
        BinaryPrimitives.WriteInt128BigEndian(bytes[16..], offset.ToInt128Nanoseconds());
        BinaryPrimitives.WriteInt32BigEndian(bytes[32..], (int)kind);
        Encoding.UTF8.GetBytes(name, bytes[numbers..]);
        return NamedId.Of(channel, bytes);
    }
}
