using System.Text;

namespace RetroVue.Runtime.Schedules;

/// <summary>Derives the ids of channels that have none in the schedule.</summary>
public static class ChannelId
{
    /// <summary>The name space of ids that are made from short names: an arbitrary UUID that must never change.</summary>
    private static readonly Guid s_namespace = new("6f1c1d6e-58a4-4c0b-9d1e-6a3b0c7f2e95");

    /// <summary>Returns the id of a short name; it is always the same. Source: RFC 9562, 5.5 (version 5).</summary>
    public static Guid FromShortName(string shortName)
    {
        ArgumentException.ThrowIfNullOrEmpty(shortName);
        return NamedId.Of(s_namespace, Encoding.UTF8.GetBytes(shortName));
    }
}
