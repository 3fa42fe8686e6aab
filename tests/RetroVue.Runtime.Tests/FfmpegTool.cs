using System.Diagnostics;
using System.Globalization;

namespace RetroVue.Runtime.Tests;

/// <summary>The ffmpeg command line, to make media and to judge what comes out.</summary>
internal static class FfmpegTool
{
    private static readonly Lazy<string> s_folder = new(() => Directory.CreateTempSubdirectory("retrovue-runtime-tests-").FullName);

    /// <summary>A folder for this run's media, removed with the process.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>Makes a file once a run.</summary>
    public static string Make(string name, string arguments)
    {
        string path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            (int code, _, string error) = Run("ffmpeg", $"-hide_banner -loglevel error -y {arguments} {path}");
            Assert.That(code, Is.Zero, error);
        }

        return path;
    }

    /// <summary>Runs a tool to its end; a test is ignored where it is not installed.</summary>
    public static (int Code, string Output, string Error) Run(string tool, string arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore($"{tool} is not installed (Debian package ffmpeg).");
            throw;
        }
    }

    /// <summary>The first number of each line that ffprobe printed.</summary>
    public static long[] FirstNumbers(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line.Split(',')[0], CultureInfo.InvariantCulture))];

    public static void Clean()
    {
        if (s_folder.IsValueCreated)
        {
            Directory.Delete(s_folder.Value, recursive: true);
        }
    }
}
