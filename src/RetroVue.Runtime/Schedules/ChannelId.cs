using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RetroVue.Runtime.Schedules;

/// <summary>Derives the ids of channels that were given none.</summary>
public static class ChannelId
{
    /// <summary>The name space of ids made from short names: any other UUID would have done, but it must never change.</summary>
    private static readonly Guid s_namespace = new("6f1c1d6e-58a4-4c0b-9d1e-6a3b0c7f2e95");

    /// <summary>The id of a channel's short name: always the same. Source: RFC 9562, 5.5 (version 5).</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Version 5 is defined by SHA-1; nothing is protected by it.")]
    public static Guid FromShortName(string shortName)
    {
        ArgumentException.ThrowIfNullOrEmpty(shortName);
        byte[] hash = SHA1.HashData([.. s_namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(shortName)]);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
