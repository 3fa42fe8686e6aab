using System.Diagnostics;

namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>Runs ffmpeg and ffprobe, the truth that tests hold ours against.</summary>
internal static class Tool
{
    /// <summary>Runs a program with arguments split at blanks and gives its output.</summary>
    public static string Run(string program, string arguments) => Run(program, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs a program and gives its output; ignores the test where it is not installed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore($"{program} is not installed; apt-get install ffmpeg.");
            throw;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {errors.Result}");
        }
    }
}
