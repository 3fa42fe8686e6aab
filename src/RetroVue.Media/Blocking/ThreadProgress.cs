using System.Globalization;

namespace RetroVue.Media.Blocking;

/// <summary>The system's data about a thread: whether it waits for anything other than a processor, and how long it has run.</summary>
/// <param name="IsBlocked">True while it sleeps or waits for a disk, false while it runs or would run if a processor were free.</param>
/// <param name="Ran">Nanoseconds of processor time; for a running thread, up to the system's last tick.</param>
/// <remarks>From /proc/PID/task/TID/stat and schedstat (proc_pid_stat(5), proc_pid_schedstat(5)).</remarks>
internal readonly record struct ThreadProgress(bool IsBlocked, long Ran)
{
    /// <summary>Reads the data of a thread of this process; if the system does not provide them, the thread counts as blocked.</summary>
    /// <param name="thread">The system's number of the thread.</param>
    public static ThreadProgress Read(int thread)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{thread}/");
        try
        {
            // The name is in brackets before the state, and may contain any character.
            string stat = File.ReadAllText(folder + "stat");
            int state = stat.LastIndexOf(')') + 2;
            string[] times = File.ReadAllText(folder + "schedstat").Split(' ');
            return new ThreadProgress(state >= stat.Length || stat[state] != 'R', long.Parse(times[0], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return new ThreadProgress(true, 0);
        }
    }
}
