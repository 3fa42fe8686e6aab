namespace RetroVue.Samples;

/// <summary>The settings from the command line; paths are full.</summary>
/// <param name="Media">A folder for one channel; null for none.</param>
/// <param name="Schedule">A schedule's file; null for none. Without either, the demo runs.</param>
/// <param name="Host">The address to listen on.</param>
/// <param name="Port">The port to listen on; 0 for a free one.</param>
/// <param name="Data">The folder for files that the station makes.</param>
/// <param name="Database">The address of the database.</param>
internal sealed record StationSettings(string? Media, string? Schedule, string Host, int Port, string Data, string Database)
{
    /// <summary>The user's data folder (XDG Base Directory Specification): $XDG_DATA_HOME or ~/.local/share, and there retrovue-station.</summary>
    public static string DefaultData => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "retrovue-station");
}
