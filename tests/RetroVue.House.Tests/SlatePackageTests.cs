namespace RetroVue.House.Tests;

/// <summary>A project that takes the package has what draws the letters of slates, and airs plain ones without it.</summary>
[Category("Slow")]
public sealed class SlatePackageTests
{
    private const string Program =
        """
        using Microsoft.Extensions.Logging;
        using NodaTime;
        using RetroVue.Media.Elements.Probes;
        using RetroVue.Media.Formats;
        using RetroVue.Media.Pipelines;
        using RetroVue.Media.Time;
        using RetroVue.Runtime.Producers;

        await using var pipeline = new Pipeline();
        var slate = pipeline.Add(new SlateSource("slate", new SlateOptions
        {
            Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)),
            Epoch = default,
            Zone = DateTimeZone.Utc,
            From = ClockTime.Zero,
            Until = ClockTime.FromSeconds(1),
            Name = "Retro One",
            NextTitle = "Ταξίδι",
            LoggerFactory = new Said(),
        }));
        var probe = pipeline.Add(new TimestampProbe("probe", capacity: 100));
        pipeline.Link(slate.VideoOutput!, probe.Inputs[0]);
        Console.WriteLine($"Before: {Libraries()}.");
        await pipeline.RunAsync();
        Console.WriteLine($"After {probe.Count} pictures: {Libraries()}.");

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
        Assert.That(whole, Does.Contain("Before: .").And.Contain("After 25 pictures: libHarfBuzzSharp.so, libSkiaSharp.so."));
        Assert.That(whole, Does.Not.Contain("113"), "nothing is missing");

        string[] natives = Directory.GetFiles(Path.Combine(project.Folder, "bin"), "libSkiaSharp.*", SearchOption.AllDirectories);
        Assert.That(natives, Has.Length.EqualTo(1).And.All.Contain("linux-x64"), "those of other systems stay away");
        File.Delete(natives[0]);
        string plain = project.Run("--no-build");
        Assert.That(plain, Does.Contain("1133: Slates are without words").And.Contain("libSkiaSharp").And.Contain("After 25 pictures"));
    }
}
