using System.Text;

namespace RetroVue.Runtime.Schedules;

/// <summary>Derives the ids of channels that were given none.</summary>
public static class ChannelId
{
    /// <summary>The name space of ids made from short names: any other UUID would have done, but it must never change.</summary>
    private static readonly Guid s_namespace = new("6f1c1d6e-58a4-4c0b-9d1e-6a3b0c7f2e95");

    /// <summary>The id of a channel's short name: always the same. Source: RFC 9562, 5.5 (version 5).</summary>
    public static Guid FromShortName(string shortName)
    {
        ArgumentException.ThrowIfNullOrEmpty(shortName);
        return NamedId.Of(s_namespace, Encoding.UTF8.GetBytes(shortName));
    }
}
