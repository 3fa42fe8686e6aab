using RetroVue.Runtime.Schedules;

namespace RetroVue.Samples;

/// <summary>Checks folders from the command line; errors say why a folder cannot be used, and the remedy.</summary>
internal static class Folders
{
    /// <summary>Returns the files in a folder, in the order of their names.</summary>
    /// <param name="option">The option that named the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ScheduleException">The folder does not exist, or cannot be read.</exception>
    public static string[] Read(string option, string folder)
    {
        if (File.Exists(folder))
        {
            throw new ScheduleException($"'{folder}' is a file; {option} takes a folder, such as {Path.GetDirectoryName(folder)}.");
        }

        try
        {
            return [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            throw new ScheduleException($"There is no folder '{folder}'; check the path given with {option}.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ScheduleException($"The folder '{folder}' cannot be read by {Environment.UserName}; allow it (chmod o+rx), or give another folder with {option}.");
        }
        catch (IOException exception)
        {
            throw new ScheduleException($"The folder '{folder}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>Makes a folder to write to, if it does not exist.</summary>
    /// <param name="option">The option that named the folder, or its parent.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ScheduleException">The folder cannot be made, or is not writable.</exception>
    public static void Make(string option, string folder)
    {
        for (string? part = folder; part is not null; part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                throw new ScheduleException($"'{part}' is a file; {option} takes a folder for media.");
            }
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw NotWritable(option, folder, exception);
        }
    }

    /// <summary>Makes the error that a folder is not writable.</summary>
    public static ScheduleException NotWritable(string option, string folder, Exception cause) => cause is UnauthorizedAccessException
        ? new ScheduleException($"{Environment.UserName} may not write to '{folder}'; give another folder with {option}.")
        : new ScheduleException($"'{folder}' cannot be written to: {cause.Message} Give another folder with {option}.");
}
