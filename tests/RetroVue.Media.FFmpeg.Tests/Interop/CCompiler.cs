using System.ComponentModel;
using System.Diagnostics;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>The system's C compiler.</summary>
internal static class CCompiler
{
    /// <summary>Runs it; ignores the test where there is none.</summary>
    /// <returns>Exit code and what it said.</returns>
    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("cc", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var output = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("There is no C compiler (apt-get install gcc).");
            throw;
        }
    }
}
