using System.Buffers.Binary;
using System.Text;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// The identity of an entry, which a cut does not change: an item of a channel at an instant. The entry's id is made from it.
/// </summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Start">The start of the whole item, before any cut.</param>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Name">Its file, or its title if it has none.</param>
/// <param name="Offset">The position in the file at the start.</param>
internal readonly record struct EntryOrigin(Guid Channel, Instant Start, EntryKind Kind, string Name, Duration Offset)
{
    /// <summary>Returns the entry's id (<see cref="PlayoutEntry.Id"/>): a UUID in the name space of the channel's id.</summary>
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
