using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// Makes UUIDs from names: the same name in the same name space always has the same UUID. Source: RFC 9562, 5.5 (version 5).
/// </summary>
internal static class NamedId
{
    /// <summary>Returns the UUID of a name.</summary>
    /// <param name="space">The name space.</param>
    /// <param name="name">The name's bytes.</param>
    [SuppressMessage("Security", "CA5350", Justification = "Version 5 is defined by SHA-1; nothing is protected by it.")]
    public static Guid Of(Guid space, ReadOnlySpan<byte> name)
    {
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        Span<byte> bytes = stackalloc byte[20];
        space.TryWriteBytes(bytes, bigEndian: true, out int length);
        hashing.AppendData(bytes[..length]);
        hashing.AppendData(name);
        hashing.GetHashAndReset(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x50);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }
}
