namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>The source tree that the tests were built from, and the C compiler.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string LibcInput => Path.Combine(Root, "bindings", "libc", "libc.json");

    public static string FilesInput => Path.Combine(Root, "bindings", "files", "files.json");

    public static string FFmpegInput => Path.Combine(Root, "bindings", "ffmpeg", "ffmpeg.json");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RetroVue.Media.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
