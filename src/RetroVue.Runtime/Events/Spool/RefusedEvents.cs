using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>The file of the events that the log refuses for good: for each a line of JSON with the error and the event.</summary>
/// <param name="options">The folder of the spool.</param>
internal sealed class RefusedEvents(EventSpoolOptions options)
{
    /// <summary>The path of the file.</summary>
    public string Path { get; } = System.IO.Path.Combine(options.Folder, "refused.jsonl");

    /// <summary>Writes events durably.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Add(IReadOnlyList<EventEnvelope> events, string error)
    {
        using var lines = new MemoryStream();
        // Ends a line that an earlier process did not finish.
        lines.WriteByte((byte)'\n');
        foreach (EventEnvelope @event in events)
        {
            using (var writer = new Utf8JsonWriter(lines))
            {
                writer.WriteStartObject();
                writer.WriteString("error", error);
                writer.WritePropertyName("event");
                writer.WriteRawValue(@event.ToJson());
                writer.WriteEndObject();
            }

            lines.WriteByte((byte)'\n');
        }

        using SafeFileHandle file = options.Disk.Open(Path);
        options.Disk.Write(file, lines.ToArray(), RandomAccess.GetLength(file));
        options.Disk.Flush(file);
        options.Disk.FlushFolder(options.Folder);
    }
}
