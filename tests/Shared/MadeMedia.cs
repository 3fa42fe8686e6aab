namespace RetroVue.Tests;

/// <summary>Files that ffmpeg makes when a test first asks for them, in a folder of the run's own.</summary>
internal static class MadeMedia
{
    private static readonly Lazy<string> s_folder = new(() => Directory.CreateTempSubdirectory("retrovue-tests-").FullName);
    private static readonly Lock s_lock = new();

    /// <summary>The folder, for files of a test's own too.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>A file made with these arguments, once a run; ignores the test where ffmpeg is not installed.</summary>
    public static string Make(string name, string arguments)
    {
        string path = Path.Combine(Folder, name);
        lock (s_lock)
        {
            if (!File.Exists(path))
            {
                Tool.OutputOf("ffmpeg", $"-v error -nostdin -y {arguments} {path}");
            }
        }

        return path;
    }

    /// <summary>Removes the folder; once, at the end of a project's run.</summary>
    public static void Remove()
    {
        if (s_folder.IsValueCreated)
        {
            Directory.Delete(s_folder.Value, recursive: true);
        }
    }
}
