namespace RetroVue.House.Tests;

/// <summary>
/// A project that uses the package has the libraries that draw the letters of slates. Without these libraries, slates are plain.
/// </summary>
[Category("Slow")]
public sealed class SlatePackageTests
{
    private const string Program =
        """
        using Microsoft.Extensions.Logging;
        using NodaTime;
        using RetroVue.Media.Memory;
        using RetroVue.Media.Pipelines;
        using RetroVue.Media.Time;
        using RetroVue.Runtime.Channels;
        using RetroVue.Runtime.Output;
        using RetroVue.Runtime.Schedules;
        using RetroVue.Runtime.Time;

        var clock = MasterClock.FromSystem();
        var loader = new StationLoader(clock, ThreadedExecutor.Default, new ChannelOptions { Linger = ClockTime.Zero }, new Said());
        await using Station station = await loader.LoadAsync(
        [
            new ChannelSchedule(
                new Channel(ChannelId.FromShortName("one"), "one", "Retro One", DateTimeZone.Utc, ChannelProfile.Transcode(320, 180, new Rational(25, 1))),
                new Programme(clock.UtcNow, null, true, [ScheduleItem.Slate("Ταξίδι", Duration.FromHours(1))], [])),
        ]);
        Console.WriteLine($"Before: {Libraries()}.");
        await using (ViewerSession session = await station.Channels[0].JoinAsync(new JoinRequest("viewer")))
        {
            using ChunkReader reader = session.Output.Stream.Read();
            int bytes = 0;
            while (bytes < 20_000)
            {
                switch (reader.TryRead(out MediaBuffer? chunk))
                {
                    case ChunkReadState.Chunk:
                        bytes += chunk!.Data.Length;
                        chunk.Release();
                        break;
                    case ChunkReadState.Empty:
                        await reader.News.WaitAsync(TimeSpan.FromSeconds(30));
                        break;
                    case var state:
                        throw new InvalidOperationException($"After {bytes} bytes the stream is {state}.");
                }
            }
        }

        Console.WriteLine($"After the slate: {Libraries()}.");

        static string Libraries() => string.Join(", ", File.ReadLines("/proc/self/maps").Select(line => Path.GetFileName(line))
            .Where(file => file is "libSkiaSharp.so" or "libHarfBuzzSharp.so").Distinct().Order());

        internal sealed class Said : ILoggerFactory, ILogger
        {
            public ILogger CreateLogger(string categoryName) => this;
            public void AddProvider(ILoggerProvider provider) { }
            public void Dispose() { }
            public IDisposable? BeginScope<T>(T state) where T : notnull => null;
            public bool IsEnabled(LogLevel level) => true;
            public void Log<T>(LogLevel level, EventId id, T state, Exception? error, Func<T, Exception?, string> format) =>
                Console.WriteLine($"{id.Id}: {format(state, error)}");
        }
        """;

    [Test]
    public void Libraries_of_letters_load_with_the_first_slate_and_without_them_it_is_plain()
    {
        PackedProject.NeedBridge();
        using var project = new PackedProject(Program, "RetroVue.Media.FFmpeg", "RetroVue.Runtime");
        string whole = project.Run();
        Assert.That(whole, Does.Contain("Before: .").And.Contain("After the slate: libHarfBuzzSharp.so, libSkiaSharp.so."));
        Assert.That(whole, Does.Not.Contain("1133:"), "nothing is missing");

        string[] natives = Directory.GetFiles(Path.Combine(project.Folder, "bin"), "libSkiaSharp.*", SearchOption.AllDirectories);
        Assert.That(natives, Has.Some.Contains("/linux-x64/"));
        Assert.That(natives, Has.All.Matches("/linux-(x64|arm64)/"), "no libraries of other systems");
        foreach (string native in natives)
        {
            File.Delete(native);
        }

        string plain = project.Run("--no-build");
        Assert.That(plain, Does.Contain("1133: Slates are without words").And.Contain("libSkiaSharp").And.Contain("After the slate: "));
    }
}
