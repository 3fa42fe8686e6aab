using System.Globalization;

namespace RetroVue.Media.Blocking;

/// <summary>What the system knows of one of its threads: whether it waits for something else than a processor, and how long it has run.</summary>
/// <param name="IsBlocked">True while it sleeps or waits for a disk, false while it runs or would run if a processor were free.</param>
/// <param name="Ran">Nanoseconds of processor time; of a running thread as of the system's last tick.</param>
/// <remarks>Of /proc/PID/task/TID/stat and schedstat (proc_pid_stat(5), proc_pid_schedstat(5)).</remarks>
internal readonly record struct ThreadProgress(bool IsBlocked, long Ran)
{
    /// <summary>Reads it of a thread of this process; if the system does not tell, the thread is taken for one that is blocked.</summary>
    /// <param name="thread">The system's number of it.</param>
    public static ThreadProgress Read(int thread)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{thread}/");
        try
        {
            // The name stands in brackets before the state, and may hold any character.
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
