using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>Some events as the columns of one statement.</summary>
internal sealed class EventRows
{
    /// <summary>The most events of a statement.</summary>
    private const int MostRows = 2000;

    /// <summary>The bytes of payload after which a statement takes no more events: a message to the server has at most 1 GB.</summary>
    private const int MostBytes = 8 * 1024 * 1024;

    private EventRows(int first, Guid[] ids, string[] types, byte[][] payloads, DateTime[] times, bool isLast)
    {
        (First, Ids, Types, Payloads, Times, IsLast) = (first, ids, types, payloads, times, isLast);
    }

    /// <summary>How many events of the append come before these.</summary>
    public int First { get; }

    /// <summary>True if no event of the append comes after these.</summary>
    public bool IsLast { get; }

    /// <summary>The ids.</summary>
    public Guid[] Ids { get; }

    /// <summary>The types.</summary>
    public string[] Types { get; }

    /// <summary>The envelopes, as JSON in UTF-8.</summary>
    public byte[][] Payloads { get; }

    /// <summary>When they happened.</summary>
    public DateTime[] Times { get; }

    /// <summary>Divides events among statements. Each part is made only when it is needed, because events may be large.</summary>
    public static IEnumerable<EventRows> Of(IReadOnlyList<EventEnvelope> events)
    {
        int first = 0;
        while (first < events.Count)
        {
            int most = Math.Min(MostRows, events.Count - first), count = 0, bytes = 0;
            byte[][] payloads = new byte[most][];
            while (count < most && bytes < MostBytes)
            {
                payloads[count] = events[first + count].ToJson();
                bytes += payloads[count++].Length;
            }

            Guid[] ids = new Guid[count];
            string[] types = new string[count];
            DateTime[] times = new DateTime[count];
            for (int i = 0; i < count; i++)
            {
                EventEnvelope envelope = events[first + i];
                (ids[i], types[i], times[i]) = (envelope.Id, envelope.Type, envelope.Time.ToDateTimeUtc());
            }

            Array.Resize(ref payloads, count);
            yield return new EventRows(first, ids, types, payloads, times, first + count == events.Count);
            first += count;
        }
    }
}
