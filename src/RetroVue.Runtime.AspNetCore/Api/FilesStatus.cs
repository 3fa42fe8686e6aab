using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>How far the station has looked at its files since its start.</summary>
/// <param name="Done">The number of files that have been looked at.</param>
/// <param name="All">The number of files whose formats or durations matter.</param>
internal sealed record FilesStatus(int Done, int All)
{
    public static FilesStatus Of(Station station)
    {
        LoadProgress progress = station.Progress;
        return new FilesStatus(progress.Done, progress.Files);
    }
}
