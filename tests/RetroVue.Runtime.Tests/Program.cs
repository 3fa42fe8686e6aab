using RetroVue.Runtime.Tests.Events.Spool;

namespace RetroVue.Runtime.Tests;

/// <summary>What this assembly does if a test starts it as a program, so that the test can kill it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [SpoolWriter.Name, var folder, var run])
        {
            await SpoolWriter.RunAsync(folder, int.Parse(run, System.Globalization.CultureInfo.InvariantCulture));
            return 0;
        }

        await Console.Error.WriteLineAsync("This program is for tests only.");
        return 2;
    }
}
