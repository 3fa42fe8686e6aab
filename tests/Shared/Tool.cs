using System.ComponentModel;
using System.Diagnostics;

namespace RetroVue.Tests;

/// <summary>Runs other programs: some make the files that a test reads, and some check the files that it wrote.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end. The arguments are separated by blanks.</summary>
    public static (int ExitCode, string Output, string Error) Run(string program, string arguments) => Run(program, Split(arguments));

    /// <summary>Runs a program to its end; ignores the test if it is not installed.</summary>
    public static (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            Assert.Ignore($"{program} is not installed (Debian package {PackageOf(program)}).");
            throw;
        }
    }

    /// <summary>Runs a program that must succeed; returns its output. The arguments are separated by blanks.</summary>
    public static string OutputOf(string program, string arguments) => OutputOf(program, Split(arguments));

    /// <summary>Runs a program that must succeed; returns its output.</summary>
    public static string OutputOf(string program, params string[] arguments)
    {
        (int code, string output, string error) = Run(program, arguments);
        Assert.That(code, Is.Zero, $"{program} {string.Join(' ', arguments)}: {error}");
        return output;
    }

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string PackageOf(string program) => program switch
    {
        "ffprobe" => "ffmpeg",
        "cc" => "gcc",
        _ => program,
    };
}
