using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Support;

namespace RetroVue.Media.FFmpeg.Tests;

/// <summary>A program for tests that need a process of their own, to see how it ends and what it writes to standard error.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["end-while-logging"]:
                EndWhileLogging();
                return 0;
            case ["give-back", string file]:
                GiveBack(file);
                return 0;
            case ["last-line", string file]:
                Console.WriteLine((Probe(file)?.InnerException as FFmpegException)?.LastLine ?? "none");
                return 0;
            default:
                return 2;
        }
    }

    private static void EndWhileLogging()
    {
        using var entered = new ManualResetEventSlim();
        using var never = new ManualResetEventSlim();
        FFmpegLibrary.LogTo(new LogCollector(_ =>
        {
            entered.Set();
            never.Wait();
        }));
        for (int i = 0; i < 4; i++)
        {
            new Thread(SayForever) { IsBackground = true }.Start();
        }

        entered.Wait();
        Console.WriteLine("ends");
    }

    private static void SayForever()
    {
        while (true)
        {
            FFmpegVoice.Say(FFmpegVoice.Error, "on and on");
        }
    }

    private static void GiveBack(string file)
    {
        var log = new LogCollector();
        FFmpegLibrary.LogTo(log, LogLevel.Error);
        Probe(file);
        FFmpegLibrary.LogTo(null);
        Console.WriteLine($"{log.Lines.Length} logged");
        Probe(file);
    }

    /// <summary>Returns the error of a file.</summary>
    private static MediaFileException? Probe(string file)
    {
        try
        {
            MediaProbe.Probe(file);
            return null;
        }
        catch (MediaFileException error)
        {
            return error;
        }
    }
}
