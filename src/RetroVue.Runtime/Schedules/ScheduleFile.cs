using System.Collections.Immutable;

namespace RetroVue.Runtime.Schedules;

/// <summary>Reads schedules written as JSON; docs/schedule.md describes them.</summary>
/// <remarks>Stateless and thread-safe.</remarks>
public static class ScheduleFile
{
    /// <summary>The largest document that is read: 16 MiB, some hundred thousand items.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Reads a file. Relative paths in it start at the file's folder; the media files are not opened.</summary>
    /// <exception cref="ScheduleException">The file cannot be read, or its schedule has an error.</exception>
    public static ImmutableArray<ChannelSchedule> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new ScheduleException($"The schedule '{path}' is a folder; name the JSON file. (The sample station airs a folder's files with --media.)");
        }

        byte[] bytes = new byte[MaxBytes + 1];
        int length;
        try
        {
            using FileStream stream = File.OpenRead(full);
            length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ScheduleException($"The schedule '{path}' cannot be read: {exception.Message}");
        }

        return length > MaxBytes
            ? throw new ScheduleException($"The schedule '{path}' is larger than 16 MiB.")
            : Parse(bytes.AsSpan(0, length), Path.GetFileName(full), Path.GetDirectoryName(full) ?? "/");
    }

    /// <summary>Reads a document in UTF-8, with or without a byte order mark.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="document">Its name, for messages.</param>
    /// <param name="folder">The full path of the folder for relative paths.</param>
    /// <exception cref="ScheduleException">The schedule has an error; the message names the line and the field.</exception>
    public static ImmutableArray<ChannelSchedule> Parse(ReadOnlySpan<byte> utf8, string document, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(document);
        if (!Path.IsPathFullyQualified(folder))
        {
            throw new ArgumentException($"'{folder}' is not a full path.", nameof(folder));
        }

        return new ScheduleReader(folder).ReadChannels(JsonValueReader.Read(utf8, document));
    }
}
