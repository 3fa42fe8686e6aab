using RetroVue.Runtime.Schedules;

namespace RetroVue.Samples;

/// <summary>Folders that the command line names: where one is of no use, why, and what to do.</summary>
internal static class Folders
{
    /// <summary>The files in a folder, in the order of their names.</summary>
    /// <param name="option">The option that named the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ScheduleException">There is none, or it cannot be read.</exception>
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
            throw new ScheduleException($"The folder '{folder}' may not be read by {Environment.UserName}; give it the right (chmod o+rx), or name another with {option}.");
        }
        catch (IOException exception)
        {
            throw new ScheduleException($"The folder '{folder}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>Makes a folder to write to, where it is not there.</summary>
    /// <param name="option">The option that named the folder, or its parent.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ScheduleException">It cannot be made, or not be written to.</exception>
    public static void Make(string option, string folder)
    {
        for (string? part = folder; part is not null; part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                throw new ScheduleException($"'{part}' is a file; {option} takes a folder to keep media in.");
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

    /// <summary>That a folder cannot be written to.</summary>
    public static ScheduleException NotWritable(string option, string folder, Exception cause) => cause is UnauthorizedAccessException
        ? new ScheduleException($"{Environment.UserName} may not write to '{folder}'; name another folder with {option}.")
        : new ScheduleException($"'{folder}' cannot be written to: {cause.Message} Name another folder with {option}.");
}
