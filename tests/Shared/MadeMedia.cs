namespace RetroVue.Tests;

/// <summary>Files that ffmpeg makes when a test first needs them, in a folder of this run.</summary>
internal static class MadeMedia
{
    private static readonly Lazy<string> s_folder = new(() => Directory.CreateTempSubdirectory("retrovue-tests-").FullName);
    private static readonly Lock s_lock = new();

    /// <summary>The folder. Tests may also put files of their own there.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>Makes a file with these arguments, once in a run; ignores the test if ffmpeg is not installed.</summary>
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

    /// <summary>Removes the folder, at the end of a project's run.</summary>
    public static void Remove()
    {
        if (s_folder.IsValueCreated)
        {
            Directory.Delete(s_folder.Value, recursive: true);
        }
    }
}
