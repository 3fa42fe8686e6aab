namespace RetroVue.Runtime.Schedules;

/// <summary>A schedule has an error, or requires the impossible. The message names the place: "schedule.json line 12, channels[0].items[3].duration: …". It is not transient.</summary>
public sealed class ScheduleException : StationException
{
    /// <summary>Makes an error without a line of a document.</summary>
    public ScheduleException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error in a document.</summary>
    /// <param name="document">The document's name, for the reader of the message.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="field">The field, such as "channels[0].items[3].duration"; empty if it is the document itself.</param>
    /// <param name="problem">The error, and the correct form.</param>
    /// <param name="innerException">The exception that caused this one.</param>
    public ScheduleException(string document, int line, string field, string problem, Exception? innerException = null)
        : base($"{document} line {line}{(field.Length > 0 ? ", " : "")}{field}: {problem}", innerException)
    {
        Line = line;
        Field = field;
    }

    /// <summary>The document's line, counted from 1; null if the error belongs to none.</summary>
    public int? Line { get; }

    /// <summary>The field, such as "channels[0].items[3].duration"; null if the error belongs to none.</summary>
    public string? Field { get; }
}
